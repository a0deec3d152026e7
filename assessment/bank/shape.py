"""What every checked object of the bank is made of. It knows no content."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _in_paragraphs(text: str) -> str:
    return "\n\n".join(filter(None, (_on_one_line(paragraph) for paragraph in re.split(r"\n\s*\n", text))))


# Line breaks in a file only serve the author: wrapping a paragraph anew must not change its digest.
Prose = Annotated[str, AfterValidator(_on_one_line)]
# The same, but an empty line parts paragraphs.
Paragraphs = Annotated[str, AfterValidator(_in_paragraphs)]
# A TOML or JSON array becomes a tuple; what is inside it stays strict.
Names = Annotated[tuple[str, ...], Field(strict=False)]


class Content(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)


def count_words(text: str) -> int:
    return len(text.split())
