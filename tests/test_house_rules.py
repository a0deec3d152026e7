"""The rules of the house, one sentence each: which room may know which, and what the tools say."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
PACKAGE = HOUSE / "assessment"

# The modules at measurement's own door, on which its parts rest.
MEASURED = {f"measurement.{file.stem}" for file in (PACKAGE / "measurement").glob("*.py")} - {"measurement.studies"}

RULES = {
    "measurement knows numbers only": ("measurement", {"measurement"}, {"numpy", "scipy"}),
    "calibration rests on the model alone": (
        "measurement/calibration",
        {"measurement.calibration", *MEASURED},
        {"numpy", "scipy"},
    ),
    "forms rest on the model alone": ("measurement/forms", {"measurement.forms", *MEASURED}, {"numpy", "scipy"}),
    "evidence rests on the model alone": (
        "measurement/evidence",
        {"measurement.evidence", *MEASURED},
        {"numpy", "scipy"},
    ),
    "simulation knows no flags": (
        "measurement/simulation",
        {"measurement.simulation", *MEASURED},
        {"numpy", "scipy"},
    ),
    "flags may be simulated": (
        "measurement/quality",
        {"measurement.quality", "measurement.simulation", *MEASURED},
        {"numpy", "scipy"},
    ),
    "the bank knows measurement": ("bank", {"bank", "measurement"}, {"numpy", "pydantic"}),
    "the store does no arithmetic": ("store", {"store", "paths"}, {"sqlalchemy", "alembic"}),
    "services know neither web nor partners": (
        "services",
        {"services", "store", "bank", "measurement", "paths"},
        {"sqlalchemy", "numpy", "werkzeug", "pydantic"},
    ),
    "integrations know services": ("integrations", {"integrations", "services", "store", "config"}, set()),
    "the web never sees a row or a file of the bank": (
        "web",
        {"web", "services", "integrations", "measurement", "config", "store.database"},
        {"flask", "flask_wtf", "wtforms", "flask_limiter", "werkzeug", "sqlalchemy", "openpyxl"},
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_arrows_point_one_way(rule: str) -> None:
    room, rooms, packages = RULES[rule]
    offences = []
    for file in sorted((PACKAGE / room).rglob("*.py")):
        for module in imports(file):
            root, _, rest = module.partition(".")
            if root == "assessment":
                allowed = any(rest == known or rest.startswith(known + ".") for known in rooms) or rest == ""
            else:
                allowed = root in packages or root in sys.stdlib_module_names
            if not allowed:
                offences.append(f"{file.relative_to(HOUSE)} imports {module}")
    assert not offences, f"{rule}:\n" + "\n".join(offences)


def test_services_never_commit() -> None:
    offences = [
        str(file.relative_to(HOUSE))
        for file in (PACKAGE / "services").rglob("*.py")
        if any(isinstance(node, ast.Attribute) and node.attr in ("commit", "begin") for node in ast.walk(parsed(file)))
    ]
    assert not offences


def test_packages_are_empty_at_their_door() -> None:
    for file in PACKAGE.rglob("__init__.py"):
        body = parsed(file).body
        assert all(isinstance(node, ast.Expr) for node in body), f"{file} has logic"


def test_no_page_carries_inline_scripts_or_styles() -> None:
    for file in (HOUSE / "templates").rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert "style=" not in text.replace("data-style=", ""), file
        assert "|safe" not in text.replace(" ", ""), file
        assert "onclick=" not in text, file


def test_the_linter_is_content() -> None:
    run("ruff", "check", ".")


def test_the_formatter_is_content() -> None:
    run("ruff", "format", "--check", ".")


def test_types_are_strict() -> None:
    run("mypy", "--no-error-summary")


def test_templates_are_well_formed() -> None:
    run("djlint", "--lint", "--quiet", "templates")


def run(tool: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", tool, *arguments], cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def imports(file: Path) -> set[str]:
    """Every module a file imports, `from a import b` as a.b where b is a module of ours."""
    found = set()
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "assessment" or (PACKAGE.parent / node.module.replace(".", "/")).is_dir():
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
            else:
                found.add(node.module)
    return found
