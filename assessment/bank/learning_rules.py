"""What learning modules must be, beyond their shape."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from assessment.bank.learning import Module
from assessment.bank.lists import ENDS
from assessment.bank.problems import Report, suggestion
from assessment.bank.shape import count_words
from assessment.bank.values import Table, count_between, nearest, not_empty, prose, slug, words_between
from assessment.measurement.attributes import ATTRIBUTES

TITLE_WORDS = (1, 7)
SUMMARY_WORDS = (6, 25)
ABOUT_WORDS = (100, 180)
EXAMPLE_WORDS = (60, 150)  # scene, words and what came of them together
PRACTICE_WORDS = (25, 80)
STEPS = (3, 6)
STEP_WORDS = (5, 40)
MINUTES = (2, 15)
# "Thank you." may be said twice; from here on a sentence is somebody's work, and belongs to one place.
SENTENCE_WORDS = 5
SENTENCE_END = re.compile(r"(?<=[.!?:])[”’\"']?\s+")


def check_module(report: Report, data: Table, *, file_id: str) -> None:
    """A module's file by itself."""
    slug(report, data, "id")
    if isinstance(data.get("id"), str) and data["id"] != file_id:
        report.add("id", f"The id is '{data['id']}', the file is {file_id}.toml.", "Give both the same name.")
    words_between(report, data, "title", TITLE_WORDS)
    words_between(report, data, "summary", SUMMARY_WORDS)
    words_between(report, data, "about", ABOUT_WORDS)
    minutes = data.get("minutes")
    if isinstance(minutes, int) and not MINUTES[0] <= minutes <= MINUTES[1]:
        report.add("minutes", f"{minutes} minutes.", f"A module takes {MINUTES[0]} to {MINUTES[1]} minutes.")
    _check_example(report, data.get("example"))
    _check_exercise(report, data.get("exercise"))
    _check_serves(report, data.get("serves"), file_id)
    for place, source in enumerate(_texts_of(data.get("sources")), start=1):
        if not source.strip():
            report.add(f"sources[{place}]", "The source is empty.", "Say who found it, when and where, or take it out.")


def _check_example(report: Report, example: object) -> None:
    if not isinstance(example, Mapping):
        return
    for key in ("scene", "says", "after"):
        not_empty(report, example, key, "Write it.", "example")
    parts = [prose(example, key) for key in ("scene", "says", "after")]
    if all(part is not None for part in parts):
        count_between(report, "example", " ".join(part or "" for part in parts), EXAMPLE_WORDS)


def _check_exercise(report: Report, exercise: object) -> None:
    if not isinstance(exercise, Mapping):
        return
    not_empty(report, exercise, "title", "Name the exercise.", "exercise")
    steps = _texts_of(exercise.get("steps"))
    if isinstance(exercise.get("steps"), list) and not STEPS[0] <= len(steps) <= STEPS[1]:
        report.add("exercise.steps", f"There are {len(steps)} steps.", f"Use {STEPS[0]} to {STEPS[1]}.")
    for place, step in enumerate(steps, start=1):
        count_between(report, f"exercise.steps[{place}]", step, STEP_WORDS)


def _check_serves(report: Report, serves: object, module_id: str) -> None:
    """A module about an attribute has something for each end of its line, one about a technique for any it names."""
    entries = [entry for entry in serves if isinstance(entry, Mapping)] if isinstance(serves, list) else []
    if isinstance(serves, list) and not entries:
        report.add("serves", "The module serves nobody.", "Say for which attribute and end it has something.")
    for place, entry in enumerate(entries, start=1):
        key = f"serves[{place}]"
        attribute, end = entry.get("attribute"), entry.get("end")
        if isinstance(attribute, str) and attribute not in ATTRIBUTES:
            report.add(f"{key}.attribute", f"'{attribute}' is not an attribute.", suggestion(attribute, ATTRIBUTES))
        elif module_id in ATTRIBUTES and isinstance(attribute, str) and attribute != module_id:
            report.add(f"{key}.attribute", f"The module is about {module_id}.", "Only techniques serve others.")
        if isinstance(end, str) and end not in ENDS:
            report.add(f"{key}.end", f"'{end}' is not an end.", suggestion(end, ENDS))
        words_between(report, entry, "practice", PRACTICE_WORDS, key)
    named = Counter((str(entry.get("attribute")), str(entry.get("end"))) for entry in entries)
    for (attribute, end), times in named.items():
        if times > 1:
            report.add("serves", f"{attribute}, {end} is named {times} times.", "Say everything in one place.")
    if module_id in ATTRIBUTES and entries:
        missing = [end for end in ENDS if (module_id, end) not in named]
        if missing:
            report.add("serves", f"Nothing for {', '.join(missing)}.", "Write a practice for low, middle and high.")


def check_modules(reports: Mapping[str, Report], files: Mapping[str, Table], modules: Mapping[str, Module]) -> None:
    """All modules beside each other, each by the name of its file; one whose shape is wrong is in no `modules`."""
    for module_id, data in files.items():
        for number, other in enumerate(_texts_of(data.get("read_on")), start=1):
            if other == module_id:
                reports[module_id].add(f"read_on[{number}]", "The module leads to itself.", "Take it out.")
            elif other not in files:
                reports[module_id].add(f"read_on[{number}]", f"There is no module '{other}'.", nearest(other, files))
    _check_one_technique_each(reports, modules)
    written: dict[str, str] = {}
    for module in modules.values():
        for key, text in module.prose():
            for sentence in sentences(text):
                place = f"{module.id}, {key}"
                if sentence in written:
                    reports[module.id].add(
                        key, f"“{sentence}” stands in {written[sentence]} too.", "Say what is particular to this place."
                    )
                written.setdefault(sentence, place)


def _check_one_technique_each(reports: Mapping[str, Report], modules: Mapping[str, Module]) -> None:
    """With two techniques for one end, a result would not know which to lead to."""
    taken: dict[tuple[str, str], str] = {}
    for module in (module for module in modules.values() if module.id not in ATTRIBUTES):
        for number, served in enumerate(module.serves, start=1):
            end = (served.attribute, served.end)
            if end in taken and taken[end] != module.id:
                reports[module.id].add(
                    f"serves[{number}]",
                    f"{served.attribute}, {served.end} is served by the technique '{taken[end]}' already.",
                    "Leave each end to one technique.",
                )
            taken.setdefault(end, module.id)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, without their quotation marks, that are long enough to be somebody's work."""
    for sentence in SENTENCE_END.split(text):
        bare = sentence.strip("“”‘’\"' ")
        if count_words(bare) >= SENTENCE_WORDS:
            yield bare


def _texts_of(value: object) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
