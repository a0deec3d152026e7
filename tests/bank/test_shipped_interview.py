"""The interview questions we ship, by what can be counted. Whether an answer can be rated by them, only panels see."""

import re
from collections.abc import Iterator

import pytest

from assessment import paths
from assessment.bank.interview import Question
from assessment.bank.learning_rules import sentences
from assessment.bank.lists import CONCERNS, EVERYBODY
from assessment.bank.loading import read_bank
from assessment.bank.shape import count_words
from assessment.measurement.attributes import ATTRIBUTES

BANK = read_bank(paths.ITEM_BANK)
ALL = [question for questions in BANK.interview.values() for question in questions.questions]
QUESTIONS = pytest.mark.parametrize("question", ALL, ids=[question.id for question in ALL])

# Words of a working life: somebody who looks for a first job has none of these to tell of.
OF_WORK = re.compile(r"\b(customers?|clients?|colleagues?|boss|manager|shift|employer|office|at work)\b", re.IGNORECASE)
# What the law protects, or what only some bodies can do.
PRIVATE = re.compile(
    r"\b(famil\w+|child\w*|marri\w+|husband|wife|partner|pregnan\w+|health|ill|illness|disab\w+|religio\w+|church|age|old"
    r"|young|accent|nationality|origin|men|women|eyes|hands|walk\w*|stand up)\b",
    re.IGNORECASE,
)
JUDGED = re.compile(r"\b(good|bad|poor|excellent|weak|strong|adequate|personality|attitude|type)\b", re.IGNORECASE)


def everything(question: Question) -> Iterator[str]:
    for _, text in question.prose():
        yield text


def test_there_are_two_for_each_concern_of_each_attribute_and_two_for_everybody() -> None:
    assert tuple(BANK.interview) == (*ATTRIBUTES, EVERYBODY)
    for attribute in ATTRIBUTES:
        assert [len(BANK.interview[attribute].of(concern)) for concern in CONCERNS] == [2, 2, 2]
    assert len(BANK.interview[EVERYBODY].of(EVERYBODY)) == 2


def test_no_sentence_of_them_stands_anywhere_else_in_the_bank() -> None:
    elsewhere = {
        sentence for module in BANK.learning.values() for _, text in module.prose() for sentence in sentences(text)
    }
    for attribute in BANK.attributes.values():
        for value in attribute.model_dump().values():
            for text in value.values() if isinstance(value, dict) else [value]:
                elsewhere.update(sentences(text))
    for question in ALL:
        for text in everything(question):
            assert elsewhere.isdisjoint(sentences(text)), question.id


def test_no_point_to_listen_for_is_given_twice() -> None:
    points = [point for question in ALL for point in question.listen_for]
    assert len(set(points)) == len(points)


@QUESTIONS
def test_somebody_who_has_never_had_a_job_can_answer(question: Question) -> None:
    assert not OF_WORK.search(f"{question.question} {question.follow_up}")


@QUESTIONS
def test_it_asks_nobody_about_what_is_protected_or_what_their_body_can_do(question: Question) -> None:
    assert not PRIVATE.search(" ".join(everything(question)))


@QUESTIONS
def test_the_scale_tells_of_what_was_done_and_calls_nobody_good_or_bad(question: Question) -> None:
    scale = question.scale
    assert not any(JUDGED.search(text) for text in (scale.one, scale.three, scale.five))


@QUESTIONS
def test_it_can_be_asked_aloud(question: Question) -> None:
    """What is heard once has to be short: two sentences, none of them over 25 words."""
    found = list(sentences(question.question))
    assert len(found) <= 2
    assert max(map(count_words, found)) <= 25


@QUESTIONS
def test_an_example_that_does_not_come_to_mind_is_no_low_rating(question: Question) -> None:
    """People have lived different lives: without an example a question stays unrated."""
    assert not re.search(r"\b(no such|cannot think|cannot recall|remembers no)\b", question.scale.one, re.IGNORECASE)
