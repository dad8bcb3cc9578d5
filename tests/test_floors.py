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


def test_the_shared_parser_loads_nothing_heavy() -> None:
    code = "import sys, reports; print(*{'scrapy', 'sqlalchemy', 'twisted', 'lxml', 'trafilatura'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
