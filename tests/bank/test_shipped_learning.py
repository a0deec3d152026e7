"""The learning modules we ship, by what can be counted. Whether they are of use, only readers see."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from assessment import paths
from assessment.bank.content import Attribute
from assessment.bank.learning import Module
from assessment.bank.learning_rules import sentences
from assessment.bank.lists import ENDS
from assessment.bank.loading import read_bank
from assessment.bank.reading import WORDS_PER_MINUTE
from assessment.bank.shape import count_words
from assessment.measurement.attributes import ATTRIBUTES

BANK = read_bank(paths.ITEM_BANK)
MODULES = pytest.mark.parametrize("module", BANK.learning.values(), ids=list(BANK.learning))
TECHNIQUES = ("conflict", "listening", "owning", "recovery", "understanding", "within-rules")
EXERCISE_MINUTES = 2


def everything(module: Module) -> str:
    return " ".join(text for _, text in module.prose())


def texts_of(attribute: Attribute) -> Iterator[str]:
    for value in attribute.model_dump().values():
        yield from value.values() if isinstance(value, dict) else [value]


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e at the end: right for most English words, and near enough over a page."""
    groups = len(re.findall(r"[aeiouy]+", word))
    return max(1, groups - (word.endswith("e") and not word.endswith("le")))


def test_there_is_one_for_each_attribute_and_for_six_techniques() -> None:
    assert tuple(BANK.learning) == (*ATTRIBUTES, *TECHNIQUES)


def test_wherever_somebody_stands_there_is_one_technique() -> None:
    served = Counter((one.attribute, one.end) for name in TECHNIQUES for one in BANK.learning[name].serves)
    assert served == {(attribute, end): 1 for attribute in ATTRIBUTES for end in ENDS}
    assert {len(BANK.learning[name].serves) for name in TECHNIQUES} == {3}


def test_every_module_can_be_reached_from_another() -> None:
    assert {other for module in BANK.learning.values() for other in module.read_on} == set(BANK.learning)


def test_no_sentence_of_a_module_stands_among_the_texts_about_attributes() -> None:
    elsewhere = {
        sentence
        for attribute in BANK.attributes.values()
        for text in texts_of(attribute)
        for sentence in sentences(text)
    }
    for module in BANK.learning.values():
        assert elsewhere.isdisjoint(sentences(everything(module))), module.id


@MODULES
def test_a_twelve_year_old_can_read_it(module: Module) -> None:
    """By Kincaid's grade level (1975): .39 words a sentence + 11.8 syllables a word - 15.59. Grade 6 to 7 is age 12."""
    text = everything(module)
    words = re.findall(r"[a-z]+(?:[’'][a-z]+)?", text.lower())
    ends = len(re.findall(r"[.!?:]+[”’]?(?:\s|$)", text))
    grade = 0.39 * len(words) / ends + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    assert grade < 6.5
    assert max(count_words(sentence) for sentence in sentences(text)) <= 32


@MODULES
def test_the_minutes_are_those_of_reading_and_the_exercise(module: Module) -> None:
    quick, careful = (count_words(everything(module)) / speed + EXERCISE_MINUTES for speed in WORDS_PER_MINUTE)
    assert quick - 0.5 <= module.minutes <= careful + 0.5


@MODULES
def test_whatever_research_has_found_has_its_source(module: Module) -> None:
    cited = re.search(r"\b(stud(y|ies)|research|experiments?|tests|samples|in a hundred)\b", module.about.lower())
    assert bool(cited) == bool(module.sources)
    assert all(re.search(r"\((19|20)\d\d\)", source) for source in module.sources)


@MODULES
def test_it_says_nothing_about_what_the_reader_is_or_scored(module: Module) -> None:
    text = everything(module)
    assert not re.search(
        r"\bscore[sd]?\b|\bpersonality\b|\byour type\b|\byou should\b|\byou must\b", text, re.IGNORECASE
    )


def test_no_two_examples_happen_in_the_same_place() -> None:
    places = {module.example.scene.split(".")[0] for module in BANK.learning.values()}
    assert len(places) == len(BANK.learning) == 12
