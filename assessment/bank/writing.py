"""From an object back to its file, in the way a person would write it."""

import json
from pathlib import Path

from assessment.bank.content import Form


def form_text(form: Form) -> str:
    """The file of a form, TOML. Strings are written as in JSON, which TOML reads the same."""
    texts = {"id": form.id, "title": form.title, "sector": form.sector, "parallel_to": form.parallel_to}
    lines = [f"{key} = {_string(text)}" for key, text in texts.items() if text is not None]
    items = (f"  {_string(ref)}," for ref in form.items)
    return "\n".join([*lines, "items = [", *items, "]", ""])


def form_file(folder: Path, form_id: str) -> Path:
    """Where a bank's folder keeps a form."""
    return folder / "forms" / f"{form_id}.toml"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
