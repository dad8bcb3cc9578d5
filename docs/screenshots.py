"""The demo's archive in, the README's pictures out: `python docs/screenshots.py nianbao-demo` after `make demo SERVE=0`. Needs Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

DOCS = Path(__file__).parent
# Background traffic of the browser itself is off: nothing is asked of the internet.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# name, address, colours, width, height
PICTURES = (
    ("overview", "/?lang=zh", "light", 1280, 860),
    ("report", "REPORT?lang=zh", "light", 1280, 1500),
    ("report-en-dark", "REPORT?lang=en", "dark", 1280, 1500),
    ("changes", "/changes?lang=zh", "light", 1280, 760),
)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The browsing interface over an archive, at an address of its own."""
    environment = {**os.environ, "NIANBAO_HOME": str(home.resolve())}
    command = [sys.executable, "-m", "cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=DOCS.parent) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[-1].rstrip("/")
        finally:
            server.terminate()


def take(browser: Browser, site: str) -> None:
    for name, place, colours, width, height in PICTURES:
        page = browser.new_page(
            viewport={"width": width, "height": height}, color_scheme="dark" if colours == "dark" else "light"
        )
        address = place
        if place.startswith("REPORT"):
            page.goto(f"{site}/findings?outcome=fail")
            report = page.locator("main a[href^='/reports/']").first.get_attribute("href") or ""
            address = report.split("#")[0].split("?")[0] + place.removeprefix("REPORT")
        page.goto(site + address)
        page.screenshot(path=DOCS / f"{name}.png")
        page.close()


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None or len(sys.argv) != 2:
        sys.exit(
            "usage: python docs/screenshots.py HOME  (with Chromium installed: apt-get install chromium fonts-noto-cjk)"
        )
    with served(Path(sys.argv[1])) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        take(browser, site)
        browser.close()


if __name__ == "__main__":
    main()
