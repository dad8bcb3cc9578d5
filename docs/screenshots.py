"""The demo's archive in, the README's pictures out: `python docs/screenshots.py nianbao-demo` after `make demo SERVE=0`. Needs Chromium."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
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
REPORT, COMPARED, ATTACHED, ORGAN = "REPORT", "COMPARED", "ATTACHED", "ORGAN"
# name, address, colours, width, height; a name in capitals stands for an address that the archive itself gives
PICTURES = (
    ("overview", "/?lang=zh", "light", 1280, 900),
    ("report", f"{REPORT}?lang=zh", "light", 1280, 1300),
    ("report-en-dark", f"{REPORT}?lang=en", "dark", 1280, 1300),
    ("place", f"{ATTACHED}/figures/requests.new_received.total?lang=zh", "light", 1280, 900),
    ("organ", f"{ORGAN}?lang=zh", "light", 1280, 1250),
    ("compare", f"{COMPARED}&lang=zh", "light", 1280, 900),
    ("changes", "/changes?lang=zh", "light", 1280, 760),
)
_COLOURS = 96  # of a picture: a third of the bytes, and nothing that an eye misses


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
    known = addresses(browser, site)
    for name, place, colours, width, height in PICTURES:
        page = browser.new_page(
            viewport={"width": width, "height": height}, color_scheme="dark" if colours == "dark" else "light"
        )
        word = next((word for word in known if place.startswith(word)), "")
        page.goto(site + known.get(word, "") + place.removeprefix(word))
        page.wait_for_load_state("networkidle")
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(DOCS / f"{name}.png", optimize=True)
        page.close()


def addresses(browser: Browser, site: str) -> dict[str, str]:
    """A report with a failed check, the same beside its neighbour, one read from a PDF, and an organ."""
    page = browser.new_page()
    found = {}
    for word, place, link in (
        (REPORT, "/findings?outcome=fail", "main a[href^='/reports/']"),
        (ORGAN, "/organs", "main tbody a[href^='/organs/']"),
    ):
        page.goto(site + place)
        found[word] = (page.locator(link).first.get_attribute("href") or "").split("#")[0].split("?")[0]
    found[COMPARED] = f"/compare?first={found[REPORT].rpartition('/')[2]}"
    lines = page.request.get(f"{site}/api/reports?limit=1000").json()["items"]
    found[ATTACHED] = next(f"/reports/{one['sighting_id']}" for one in lines if one["document_url"].endswith(".pdf"))
    page.close()
    return found


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
