"""What the import contracts cannot say: which floors the single modules at the top level stand on."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {
    "archive",
    "cli",
    "configuration",
    "console",
    "crawler",
    "demo",
    "demonstration",
    "reports",
    "scheduler",
    "verbs",
}
ALLOWED = {
    "configuration": set(),
    "console": set(),
    "scheduler": {"archive", "configuration", "crawler", "reports"},
    "demonstration": {"archive", "configuration", "console", "crawler", "demo", "reports"},
    "cli": OURS - {"demo", "cli"},
}


@pytest.mark.parametrize("module", sorted(ALLOWED))
def test_a_module_at_the_top_imports_only_floors_below_it(module: str) -> None:
    tree = ast.parse((ROOT / f"{module}.py").read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name.split(".")[0] for name in names} & OURS <= ALLOWED[module]


def loaded_by(code: str) -> set[str]:
    """The modules that a new process has loaded once it has run this."""
    command = [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_shared_parser_loads_nothing_heavy() -> None:
    loaded = loaded_by("import reports")
    assert "reports" in loaded
    assert not loaded & {"scrapy", "sqlalchemy", "twisted", "lxml", "trafilatura"}


def test_a_command_that_reads_no_report_begins_without_the_parser_and_the_crawler(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIANBAO_HOME", str(home))
    loaded = loaded_by(
        "import sys, cli; sys.argv = ['nianbao', 'sites', 'list']\ntry: cli.main()\nexcept SystemExit: pass"
    )
    assert "archive.sites" in loaded
    assert not loaded & {"reports.parsing", "reports.extraction", "archive.readings", "scrapy", "lxml"}
