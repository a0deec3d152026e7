"""What the bank's own file, its texts about attributes and its forms must be, beyond their shape."""

import re
from collections.abc import Iterator, Mapping

from assessment.bank.content import BankInfo
from assessment.bank.lists import GIVEN, REVIEW_KINDS, SECTORS
from assessment.bank.problems import Report, suggestion
from assessment.bank.shape import count_words
from assessment.bank.values import Table, nearest, not_empty, one_of, slug
from assessment.measurement.attributes import ATTRIBUTES

POLE_WORDS = 4
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
REF = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)@([1-9][0-9]*)")


def check_attributes(report: Report, tables: Table) -> None:
    for name in tables:
        if name not in ATTRIBUTES:
            report.add(name, f"'{name}' is not an attribute.", suggestion(name, ATTRIBUTES))
    for name in ATTRIBUTES:
        if name not in tables:
            report.add(name, f"The attribute '{name}' is missing.", f"Add its texts under [{name}].")
    written: dict[str, str] = {}
    for key, text in _texts(tables):
        if not text:
            report.add(key, "The text is empty.", "Write it.")
        elif text in written:
            report.add(key, f"The same text as {written[text]}.", "Say what is particular to this place.")
        elif key.endswith("_pole") and count_words(text) > POLE_WORDS:
            report.add(key, f"{count_words(text)} words.", f"It labels a chart: at most {POLE_WORDS} words.")
        written.setdefault(text, key)


def _texts(table: Table, path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        key = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            yield from _texts(value, key)
        elif isinstance(value, str):
            yield key, " ".join(value.split())


def check_info(report: Report, data: Table) -> None:
    slug(report, data, "id")
    not_empty(report, data, "title", "Name the bank as people will see it.")
    language = data.get("language")
    if isinstance(language, str) and not LANGUAGE.fullmatch(language):
        report.add("language", f"'{language}' is not a language code.", "Use a code such as en or pt-BR.")
    organisations = data.get("organisations")
    if organisations == []:
        report.add("organisations", "Nobody may use this bank.", 'Name the organisations, or write "all".')


def check_extends(report: Report, data: Table, base: BankInfo | None) -> None:
    """`base` is the bank that was found under the id that this one extends."""
    extends, allowed = data.get("extends"), data.get("organisations")
    if extends is None:
        return
    if base is None:
        remedy = "Name its folder in ITEM_BANK as well, and check the spelling; a bank can't extend itself."
        report.add("extends", f"No bank '{extends}' was found.", remedy)
    elif base.extends is not None:
        report.add("extends", f"'{extends}' extends another bank itself.", f"Extend '{base.extends}'.")
    elif base.organisations != "all" and (
        not isinstance(allowed, list) or any(name not in base.organisations for name in allowed)
    ):
        remedy = f"Only these may: {', '.join(base.organisations)}."
        report.add("organisations", f"Not all of them may use '{extends}', which this bank extends.", remedy)


def check_form(report: Report, data: Table, items: Mapping[str, Table], replaced: Mapping[str, str]) -> None:
    """A form's file, against the tables of all items it may give by id; `replaced` ones with what to give instead."""
    slug(report, data, "id")
    not_empty(report, data, "title", "Name the form as people will see it.")
    one_of(report, data, "sector", SECTORS)
    refs = data.get("items")
    if not isinstance(refs, list):
        return
    if not refs:
        report.add("items", "The form is empty.", "List its items as id@version.")
    listed: list[str] = []
    for position, ref in enumerate(refs):
        if isinstance(ref, str):
            _check_form_item(
                report,
                f"items[{position + 1}]",
                ref,
                listed=listed,
                items=items,
                replaced=replaced,
                sector=data.get("sector"),
            )


def check_parallel(report: Report, data: Table, forms: Mapping[str, Table]) -> None:
    """What a form is parallel to, against the tables of all forms by id."""
    name = data.get("parallel_to")
    if not isinstance(name, str):
        return
    other = forms.get(name)
    if other is None or name == data.get("id"):
        report.add("parallel_to", f"There is no other form '{name}'.", nearest(name, forms))
        return
    if other.get("parallel_to"):
        report.add("parallel_to", f"'{name}' is itself a second form.", f"Write '{other['parallel_to']}'.")
    if other.get("sector") != data.get("sector"):
        report.add("parallel_to", f"'{name}' is of {other.get('sector')}.", "Parallel forms are of one sector.")
    own, its = data.get("items"), other.get("items")
    if isinstance(own, list) and isinstance(its, list) and len(own) != len(its):
        report.add("parallel_to", f"'{name}' has {len(its)} items.", "Parallel forms are equally long.")


def _check_form_item(
    report: Report,
    key: str,
    ref: str,
    *,
    listed: list[str],
    items: Mapping[str, Table],
    replaced: Mapping[str, str],
    sector: object,
) -> None:
    match = REF.fullmatch(ref)
    if not match:
        report.add(key, f"'{ref}' does not name an item.", "Write id@version, such as scratch-on-the-tablet@1.")
        return
    item_id, version = match[1], int(match[2])
    item = items.get(item_id)
    if item_id in replaced:
        report.add(key, f"'{item_id}' is replaced by '{replaced[item_id]}' in this bank.", "List that one.")
        return
    if item is None:
        report.add(key, f"There is no item '{item_id}'.", nearest(item_id, items))
        return
    if item_id in listed:
        report.add(key, f"'{item_id}' is listed twice.", "Take one out.")
    if item.get("version") != version:
        report.add(key, f"'{item_id}' is at version {item.get('version')}.", "Write that one, or take the item out.")
    if item.get("status") not in GIVEN:
        report.add(key, f"'{item_id}' is {item.get('status')}.", "Only items on trial or live are given.")
    if item.get("sector") not in ("any", sector):
        report.add(key, f"'{item_id}' is of {item.get('sector')}.", f"This form takes items of any and {sector}.")
    for other in listed:
        if _are_enemies(item_id, other, items):
            report.add(key, f"'{item_id}' and '{other}' are enemies.", "Take one of them out.")
    listed.append(item_id)


def _are_enemies(one: str, other: str, items: Mapping[str, Table]) -> bool:
    def names(item_id: str, enemy: str) -> bool:
        enemies = items[item_id].get("enemies")
        return isinstance(enemies, list) and enemy in enemies

    return names(one, other) or names(other, one)


def check_review(report: Report, data: Table, items: Mapping[str, Table]) -> None:
    """A review's file, against the tables of all scored items by the name of their file."""
    name = data.get("item")
    item = items.get(name) if isinstance(name, str) else None
    if isinstance(name, str) and item is None:
        report.add("item", f"There is no item '{name}'.", suggestion(name, items))
    version, newest = data.get("version"), item.get("version") if item else None
    if isinstance(version, int) and isinstance(newest, int) and version > newest >= 1:
        report.add("version", f"The item is at version {newest}.", "Name the version the readers saw.")
    reviews = data.get("reviews")
    for place, review in enumerate(reviews if isinstance(reviews, list) else ()):
        kind = review.get("kind") if isinstance(review, Mapping) else None
        if isinstance(kind, str) and kind not in REVIEW_KINDS:
            report.add(f"reviews[{place + 1}].kind", f"'{kind}' is no kind of review.", suggestion(kind, REVIEW_KINDS))
