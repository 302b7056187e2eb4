"""A migration says today what it said when it first ran: nothing that it imports lives on."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"apikeys", "conversations", "foundation", "leads", "organisations", "sift_site"}
FROZEN = sorted([*ROOT.glob("*/frozen.py"), *ROOT.glob("*/migrations/_[!_]*.py")])
MIGRATIONS = sorted(ROOT.glob("*/migrations/0*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT).with_suffix("")).replace("/", ".")


def imported(path: Path) -> set[str]:
    """The modules that a file imports, however it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "by its whole name, so that this test sees it"
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", MIGRATIONS, ids=name_of)
def test_a_migration_imports_nothing_of_ours_but_what_is_frozen(path):
    modules = imported(path)

    living = {module for module in modules if module.split(".")[0] in OURS}
    assert living <= {name_of(frozen) for frozen in FROZEN}
    assert not {module for module in modules if module.split(".")[0] == "importlib"}


@pytest.mark.parametrize("path", FROZEN, ids=name_of)
def test_what_is_frozen_imports_nothing_of_ours(path):
    assert not {module for module in imported(path) if module.split(".")[0] in OURS}
