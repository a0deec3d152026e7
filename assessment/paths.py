"""Where the folders beside the package are: in the checkout, or inside the installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent
# The checkout comes first: an editable install can leave an older copy inside the environment.
_HOME = _CHECKOUT if (_CHECKOUT / "pyproject.toml").is_file() else _PACKAGE / "_shipped"

TEMPLATES = _HOME / "templates"
MIGRATIONS = _HOME / "migrations"
ITEM_BANK = _HOME / "item_bank"
STATIC = _PACKAGE / "web" / "static"
