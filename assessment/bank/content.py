"""What the bank holds, as checked and frozen objects.

The models state the shape only. The rules an author must meet (word counts, closed lists, levels) are in
`rules.py`: they tighten over the years, while an old version in the database must always be readable.
"""

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field

from assessment.bank.interview import Interview
from assessment.bank.learning import Module
from assessment.bank.lists import GIVEN
from assessment.bank.shape import Content, Names, Prose, count_words

STANDARD_LENGTH = 24  # situations of a form, if nobody asks for more or fewer


class Option(Content):
    id: str
    text: Prose
    levels: dict[str, float]  # attribute -> -2 (low pole) to +2 (high pole); not named is 0
    desirability: float  # how good it sounds to blind readers, 1 to 7
    why: Prose  # the words each level rests on; for analysts only


class Item(Content):
    id: str
    version: int
    status: str
    sector: str
    channel: str
    moment: str
    source: Prose
    situation: Prose
    options: Annotated[tuple[Option, ...], Field(strict=False)]
    enemies: Names = ()  # ids of items not to be given together with this one
    mirror: str | None = None  # id of an item whose answers should agree
    replaces: str | None = None  # id of an item of the extended bank: forms of this bank give this one in its place

    @property
    def ref(self) -> str:
        """The name a form uses: id@version."""
        return f"{self.id}@{self.version}"

    @property
    def words(self) -> int:
        return count_words(self.situation) + sum(count_words(option.text) for option in self.options)

    @property
    def digest(self) -> str:
        """sha256 of what is asked and how it is keyed.

        A change here needs a new version. Notes about the item (status, channel, moment, source, enemies,
        mirror, why) may change without one and are not part of it.
        """
        asked = {
            "id": self.id,
            "version": self.version,
            "situation": self.situation,
            "options": [option.model_dump(mode="json", exclude={"why"}) for option in self.options],
        }
        return sha256(canonical_json(asked))

    def to_json(self) -> str:
        """The whole item as canonical JSON: what the database keeps of every version."""
        return canonical_json(self.model_dump(mode="json"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        return cls.model_validate_json(text)


class Texts(Content):
    """One text for each third of the line between the poles."""

    low: Prose
    middle: Prose
    high: Prose


class Attribute(Content):
    name: str
    title: str
    definition: Prose  # in behaviour that can be seen
    keep_apart: Prose  # for authors: which attribute it is easily mixed up with, and the difference
    low_pole: str  # labels of a chart, at most four words
    high_pole: str
    low_style: Prose  # the same as full sentences
    high_style: Prose
    candidate: Texts  # what the person reads about their own answers
    advice: Texts  # something practical to try
    manager: Texts  # the same places on the line, in terms of the work
    too_little: Prose  # for a role that needs more of it, in behaviour
    too_much: Prose


class Evidence(Content):
    label: str  # one of EVIDENCE_LABELS
    source: Prose
    n: int  # people studied; 0 for an opinion
    date: datetime.date
    expiry: datetime.date


class Need(Content):
    """What a role needs of one attribute. T scale: 50 is the average person, 10 one standard deviation."""

    low: float | None = None  # absent: open below
    high: float | None = None  # absent: open above
    weight: float = 0.0  # 0 not used, 1 counts, 2 double, 3 treble; half steps
    tolerance: float = 6.0  # how fast fit falls outside the band, in T
    task: Prose = ""  # the part of the job that needs it; without one the weight is 0
    band_evidence: Evidence | None = None  # absent: the profile's own
    weight_evidence: Evidence | None = None


class RoleProfile(Content):
    sector: str
    role: str  # the file's name
    title: str
    summary: Prose
    evidence: Evidence
    attributes: dict[str, Need]

    @property
    def key(self) -> str:
        return f"{self.sector}/{self.role}"

    def band_evidence(self, attribute: str) -> Evidence:
        return self.attributes[attribute].band_evidence or self.evidence

    def weight_evidence(self, attribute: str) -> Evidence:
        return self.attributes[attribute].weight_evidence or self.evidence


class Review(Content):
    date: datetime.date
    kind: str  # one of REVIEW_KINDS
    reader: Prose  # what kind of reader it was; "language model" where it was one
    largest_disagreement: float | None = None  # with the file, before anything was changed
    changed: Prose
    checked_again: bool  # whether a rewritten text was put before a reader again


class ItemReview(Content):
    """What readers found in one version of an item before it was given."""

    item: str
    version: int
    reviews: Annotated[tuple[Review, ...], Field(strict=False)]


class BankInfo(Content):
    id: str
    title: str
    language: str
    organisations: Literal["all"] | Names  # "all", or the short names of those that may use it
    extends: str | None = None  # id of another bank, whose items its forms may give too


class Form(Content):
    id: str
    title: str
    sector: str
    parallel_to: str | None = None  # the id of the form whose second it is, for people who come again
    items: Names  # "id@version", in the order they are given

    @property
    def refs(self) -> tuple[tuple[str, int], ...]:
        pairs = (ref.rsplit("@", 1) for ref in self.items)
        return tuple((item_id, int(version)) for item_id, version in pairs)


@dataclass(frozen=True)
class Bank:
    """Everything a bank folder holds, checked."""

    info: BankInfo
    items: Mapping[str, Item]  # by id; sectors in the order of SECTORS, ids in alphabetical order
    practice: Mapping[str, Item]  # shown first and never scored
    attributes: Mapping[str, Attribute]  # by name, in the order of ATTRIBUTES; may be empty in a private bank
    profiles: Mapping[str, RoleProfile]  # by "sector/role"
    forms: Mapping[str, Form]  # by id
    reviews: Mapping[str, ItemReview]  # by item id
    learning: Mapping[str, Module]  # by id: attributes in the order of ATTRIBUTES, then techniques from a to z
    interview: Interview  # by attribute in the order of ATTRIBUTES, then what everybody is asked
    base: "Bank | None" = None  # the bank that this one extends

    @property
    def replaced(self) -> dict[str, str]:
        """Items of the extended bank that forms of this one don't give, each with the id of what they give instead."""
        return {item.replaces: item.id for item in self.items.values() if item.replaces and item.status in GIVEN}

    @property
    def pool(self) -> dict[str, Item]:
        """What forms of this bank may give: its items, and those of the extended bank that it doesn't replace."""
        theirs = {} if self.base is None else self.base.items
        replaced = self.replaced
        return {**{name: item for name, item in theirs.items() if name not in replaced}, **self.items}

    @property
    def practised(self) -> tuple[Item, ...]:
        """What its forms show first: its practice items, or else those of the extended bank."""
        own = tuple(self.practice.values())
        return own or (() if self.base is None else self.base.practised)

    @property
    def banks(self) -> tuple[str, ...]:
        """The ids of the banks that its forms give items of."""
        return (self.info.id,) if self.base is None else (self.info.id, self.base.info.id)

    def home(self, item_id: str) -> str:
        """The id of the bank that an item of the pool comes from."""
        return self.info.id if item_id in self.items or self.base is None else self.base.info.id

    @property
    def standard_form(self) -> Form:
        """The form taken where none is named: for any sector and of the usual length, or else the first there is."""
        main = [form for form in self.forms.values() if form.parallel_to is None]
        return min(main, key=lambda form: (form.sector != "any", abs(len(form.items) - STANDARD_LENGTH)))

    def form_items(self, form: Form) -> tuple[Item, ...]:
        pool = self.pool
        return tuple(pool[item_id] for item_id, _ in form.refs)


def form_digest(items: Sequence[Item]) -> str:
    """sha256 of the items a form gives, in their order: the same texts and keys have the same digest."""
    return sha256(canonical_json([item.digest for item in items]))


def canonical_json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
