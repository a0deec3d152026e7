"""What questions for an interview must be, beyond their shape."""

import re
from collections import Counter
from collections.abc import Mapping

from assessment.bank.interview import Questions
from assessment.bank.learning_rules import sentences
from assessment.bank.lists import CONCERNS, EVERYBODY
from assessment.bank.problems import Report, entry_label, suggestion
from assessment.bank.values import Table, count_between, one_of, prose, slug, words_between
from assessment.measurement.attributes import ATTRIBUTES

QUESTION_WORDS = (12, 45)
FOLLOW_UP_WORDS = (4, 20)
LISTEN_FOR = (2, 4)
LISTEN_FOR_WORDS = (4, 20)
ANCHOR_WORDS = (6, 35)
LEAST_QUESTIONS = 2  # for each concern: the second is for when the first calls nothing to mind
ABOUT = (*ATTRIBUTES, EVERYBODY)

# What somebody would do is easily said, and a question that names the right answer gets it.
PAST = re.compile(r"\b(did|was|were|had|tell me about|think of|take me through)\b", re.IGNORECASE)
SUPPOSED = re.compile(r"\bwould you\b|\bimagine\b|\bsuppose\b|\bif you were\b", re.IGNORECASE)
LEADING = re.compile(r"\b(don|didn|isn|wasn|aren|weren|wouldn|shouldn)[’']t (you|it|that|they)\b", re.IGNORECASE)


def check_questions(report: Report, data: Table, *, file_about: str) -> None:
    """The file of one attribute, or of what everybody is asked."""
    about = data.get("about")
    if file_about not in ABOUT:
        report.add("", f"'{file_about}' is not an attribute.", suggestion(file_about, ABOUT))
    elif isinstance(about, str) and about != file_about:
        report.add("about", f"It is about '{about}', the file is {file_about}.toml.", "Give both the same name.")
    listed = data.get("questions")
    if not isinstance(listed, list):
        return
    tables = [table for table in listed if isinstance(table, Mapping)]
    permitted = (EVERYBODY,) if file_about == EVERYBODY else CONCERNS
    for place, table in enumerate(tables):
        _check_question(report, table, f"questions[{entry_label(place, table)}]", permitted)
    found = Counter(str(table.get("concern")) for table in tables)
    for concern in permitted:
        if found[concern] < LEAST_QUESTIONS:
            report.add("questions", f"{found[concern]} for '{concern}'.", f"Write at least {LEAST_QUESTIONS} of each.")


def _check_question(report: Report, table: Table, place: str, permitted: tuple[str, ...]) -> None:
    slug(report, table, "id")
    one_of(report, table, "concern", permitted, place)
    words_between(report, table, "question", QUESTION_WORDS, place)
    words_between(report, table, "follow_up", FOLLOW_UP_WORDS, place)
    asked = prose(table, "question")
    if asked is not None:
        if not PAST.search(asked) or SUPPOSED.search(asked):
            report.add(f"{place}.question", "It does not ask what somebody did.", "Ask about one time in the past.")
        if "?" not in asked:
            report.add(f"{place}.question", "It asks nothing.", "End it with a question.")
    for key in ("question", "follow_up"):
        if LEADING.search(prose(table, key) or ""):
            report.add(f"{place}.{key}", "It says which answer is wanted.", "Ask openly.")
    _check_listen_for(report, table.get("listen_for"), f"{place}.listen_for")
    scale = table.get("scale")
    if isinstance(scale, Mapping):
        for key in ("one", "three", "five"):
            words_between(report, scale, key, ANCHOR_WORDS, f"{place}.scale")


def _check_listen_for(report: Report, listed: object, place: str) -> None:
    if not isinstance(listed, list):
        return
    fewest, most = LISTEN_FOR
    if not fewest <= len(listed) <= most:
        report.add(place, f"There are {len(listed)} points.", f"Use {fewest} to {most}.")
    for number, text in enumerate(listed, start=1):
        if isinstance(text, str):
            count_between(report, f"{place}[{number}]", text, LISTEN_FOR_WORDS)


def check_interview(reports: Mapping[str, Report], files: Mapping[str, Questions]) -> None:
    """All questions beside each other: every id names one, and no sentence stands in two places."""
    named: dict[str, str] = {}
    written: dict[str, str] = {}
    for about, file in files.items():
        for question in file.questions:
            place = f"questions[{question.id}]"
            if question.id in named:
                reports[about].add(
                    f"{place}.id", f"'{question.id}' names a question of {named[question.id]} too.", "Choose another."
                )
            named.setdefault(question.id, about)
            for key, text in question.prose():
                for sentence in sentences(text):
                    if sentence in written:
                        reports[about].add(
                            f"{place}.{key}",
                            f"“{sentence}” stands in {written[sentence]} too.",
                            "Say what is particular to this place.",
                        )
                    written.setdefault(sentence, f"{question.id}, {key}")
