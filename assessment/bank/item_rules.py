"""What an item must be, beyond its shape."""

import re
from collections import Counter
from collections.abc import Collection, Mapping

from assessment.bank.lists import CHANNELS, DRAFT, GIVEN, MOMENTS, SECTORS, STATUSES
from assessment.bank.problems import Report, Severity, entry_label, suggestion
from assessment.bank.shape import count_words
from assessment.bank.values import (
    SLUG,
    Table,
    between,
    in_half_steps,
    in_its_folder,
    is_number,
    nearest,
    not_empty,
    one_of,
    prose,
    slug,
)
from assessment.measurement.attributes import ATTRIBUTES

OPTIONS_PER_ITEM = 4
SITUATION_WORDS = (35, 75)
OPTION_WORDS = (10, 28)
ATTRIBUTES_PER_OPTION = (1, 3)
STRONGEST_LEVEL = 2.0
VARYING_ATTRIBUTES = 2  # an item contrasts its options on at least this many attributes,
STRONG_CONTRAST = 2.0  # and on one of them by at least this much
DESIRABILITY = (1.0, 7.0)
DESIRABILITY_SPREAD = 1.5
# Words that give an option away as the kind, the blunt or the lesser one.
CUE_WORDS = re.compile(r"\b(plainly|just|at least|how hard that must be)\b", re.IGNORECASE)


def check_item(report: Report, data: Table, *, file_id: str, sector: str, scored: bool = True) -> None:
    """An item's file. `scored` is off for practice items, which have no contrast to keep."""
    _check_id(report, data, file_id)
    one_of(report, data, "status", STATUSES)
    one_of(report, data, "channel", CHANNELS)
    one_of(report, data, "moment", MOMENTS)
    one_of(report, data, "sector", SECTORS)
    in_its_folder(report, data, sector)
    version = data.get("version")
    if isinstance(version, int) and version < 1:
        report.add(
            "version",
            f"{version} is not a version.",
            "The first version is 1; raise it by one with each change.",
        )
    not_empty(report, data, "source", "Say where the idea came from, or that it is your own.")
    options = _options(data)
    if isinstance(data.get("options"), list) and len(options) != OPTIONS_PER_ITEM:
        report.add("options", f"There are {len(options)} options.", f"An item has {OPTIONS_PER_ITEM}.")
    _check_option_ids(report, options)
    for place, option in options:
        _check_levels(report, place, option)
        not_empty(report, option, "why", "Quote the words each level rests on.", place)
        between(report, option, "desirability", DESIRABILITY, place)
    severity = _house_severity(data)
    if severity:
        _check_words(report, data, options, severity)
        if scored:
            _check_contrast(report, options, severity)


def _house_severity(data: Table) -> Severity | None:
    """A draft may still be short or lopsided; what is retired stays as it was."""
    status = data.get("status")
    if status in GIVEN:
        return "error"
    return "warning" if status == DRAFT else None


def _options(data: Table) -> list[tuple[str, Table]]:
    """Each option table with its place, "options[c]"."""
    options = data.get("options")
    if not isinstance(options, list):
        return []
    return [
        (f"options[{entry_label(position, option)}]", option)
        for position, option in enumerate(options)
        if isinstance(option, Mapping)
    ]


def _check_option_ids(report: Report, options: list[tuple[str, Table]]) -> None:
    counts = Counter(option.get("id") for _, option in options if isinstance(option.get("id"), str))
    for option_id, count in counts.items():
        if count > 1:
            report.add("options", f"{count} options have the id '{option_id}'.", "Give each its own: a, b, c, d.")
        if not SLUG.fullmatch(str(option_id)):
            report.add(f"options[{option_id}].id", f"'{option_id}' is not an id.", "Use a, b, c, d.")
    texts = Counter(text for _, option in options if (text := prose(option, "text")))
    for text, count in texts.items():
        if count > 1:
            report.add("options", f"{count} options read '{text}'", "Each option needs its own text.")


def _check_levels(report: Report, place: str, option: Table) -> None:
    levels = option.get("levels")
    if not isinstance(levels, Mapping):
        return
    least, most = ATTRIBUTES_PER_OPTION
    if not least <= len(levels) <= most:
        report.add(
            f"{place}.levels",
            f"Levels on {len(levels)} attributes.",
            f"Give {least} to {most}; the others count as 0.",
        )
    for name, level in levels.items():
        key = f"{place}.levels.{name}"
        if name not in ATTRIBUTES:
            report.add(key, f"'{name}' is not an attribute.", suggestion(name, ATTRIBUTES))
        if not is_number(level):
            continue
        if abs(level) > STRONGEST_LEVEL:
            report.add(key, f"Level {level:g} is out of range.", "Levels go from -2 (low pole) to 2 (high pole).")
        elif not in_half_steps(level):
            report.add(key, f"Level {level:g} is not a half step.", "Use -2, -1.5, -1 and so on up to 2.")
        elif level == 0:
            report.add(key, "A level of 0 says nothing.", "Leave it out: what is not named counts as 0.")


def _check_words(report: Report, data: Table, options: list[tuple[str, Table]], severity: Severity) -> None:
    texts = [("situation", prose(data, "situation"), SITUATION_WORDS)]
    texts += [(f"{place}.text", prose(option, "text"), OPTION_WORDS) for place, option in options]
    for key, text, (fewest, most) in texts:
        words = count_words(text or "")
        if text is not None and not fewest <= words <= most:
            change = "Shorten it" if words > most else "Say more"
            report.add(key, f"{words} words.", f"{change}: {fewest} to {most} are allowed.", severity)
    for key, text, _ in texts[1:]:
        for cue in CUE_WORDS.findall(text or ""):
            report.add(key, f"'{cue}' hints at how good the option is.", "Say it without that word.", "warning")


def _check_contrast(report: Report, options: list[tuple[str, Table]], severity: Severity) -> None:
    ranges = []
    for name in ATTRIBUTES:
        levels = [level for _, option in options if is_number(level := _levels(option).get(name, 0))]
        ranges.append(max(levels) - min(levels) if levels else 0)
    varying = sum(spread > 0 for spread in ranges)
    if options and varying < VARYING_ATTRIBUTES:
        report.add(
            "options",
            f"The options differ on {varying} of the six attributes.",
            f"Make them differ on at least {VARYING_ATTRIBUTES}.",
            severity,
        )
    if options and max(ranges) < STRONG_CONTRAST:
        report.add(
            "options",
            f"The widest distance between two options on one attribute is {max(ranges):g}.",
            f"Make it {STRONG_CONTRAST:g} or more on at least one attribute.",
            severity,
        )
    liked = [liking for _, option in options if is_number(liking := option.get("desirability"))]
    if liked and max(liked) - min(liked) > DESIRABILITY_SPREAD:
        report.add(
            "options",
            f"One option sounds better than another by {max(liked) - min(liked):.2g} points of desirability.",
            f"Rewrite until they are within {DESIRABILITY_SPREAD}: no option may be the good one.",
            severity,
        )


def _levels(option: Table) -> Mapping[str, object]:
    levels = option.get("levels")
    return levels if isinstance(levels, Mapping) else {}


def check_item_links(report: Report, data: Table, known: Collection[str]) -> None:
    """`enemies` and `mirror` must name items of this bank."""
    enemies = data.get("enemies")
    named = [("enemies", enemy) for enemy in enemies] if isinstance(enemies, list) else []
    mirror = data.get("mirror")
    if mirror is not None:
        named.append(("mirror", mirror))
    for key, other in named:
        if not isinstance(other, str):
            continue
        if other == data.get("id"):
            report.add(key, "The item names itself.", "Name another item.")
        elif other not in known:
            report.add(key, f"There is no item '{other}'.", nearest(other, known))
    if isinstance(enemies, list) and mirror is not None and mirror in enemies:
        report.add("mirror", f"'{mirror}' is an enemy as well.", "A mirror has to be given together with its item.")


def check_replacing(report: Report, data: Table, theirs: Collection[str]) -> None:
    """An item against the ids of the bank that its own bank extends: other ids, and a replaced one that is there."""
    item_id, replaces = data.get("id"), data.get("replaces")
    if isinstance(item_id, str) and item_id in theirs:
        remedy = f'Give yours an id of its own; with replaces = "{item_id}" it takes its place.'
        report.add("id", f"'{item_id}' is an item of the extended bank.", remedy)
    if isinstance(replaces, str) and not theirs:
        report.add("replaces", "This bank extends no other.", "Name one in bank.toml: extends = ...")
    elif isinstance(replaces, str) and replaces not in theirs:
        report.add("replaces", f"The extended bank has no item '{replaces}'.", nearest(replaces, theirs))


def _check_id(report: Report, data: Table, file_id: str) -> None:
    slug(report, data, "id")
    item_id = data.get("id")
    if isinstance(item_id, str) and item_id != file_id:
        report.add("id", f"The id is '{item_id}', the file is {file_id}.toml.", "Give both the same name.")
