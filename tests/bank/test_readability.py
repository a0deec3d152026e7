"""Counting a text, and the school year it is for."""

import math

import pytest

from assessment.bank.readability import Counts, counts, grade, sentences


def test_sentences_end_with_their_mark_even_inside_quotes() -> None:
    assert sentences("He says: 'It is late.' You nod. Is it? 2.5 euros!") == [
        "He says: 'It is late.",
        "You nod.",
        "Is it?",
        "2.5 euros!",
    ]
    assert sentences("") == sentences(" ... ") == []


def test_characters_words_and_sentences_are_counted() -> None:
    # The (3) shop's (5) well-known (9) owner (5) waits (5). At (2) 10 (2) she (3) goes (4).
    assert counts("The shop's well-known owner waits.", "At 10 she goes.") == Counts(38, 9, 2)


def test_texts_do_not_run_on_into_each_other() -> None:
    assert counts("One two", "three four").sentences == 2


def test_the_grade_is_the_automated_readability_index() -> None:
    """Worked by hand: 38 characters, 9 words, 2 sentences."""
    expected = 4.71 * 38 / 9 + 0.5 * 9 / 2 - 21.43
    assert grade("The shop's well-known owner waits.", "At 10 she goes.") == pytest.approx(expected)


def test_long_words_and_long_sentences_are_harder() -> None:
    easy = "You sell bread. A man asks for a cake. He is late."
    longer = "You sell bread and a man asks for a cake and he is late."
    harder = "Institutional regulations necessitate comprehensive documentation. Administrators deliberate."
    assert grade(easy) < grade(longer) < grade(harder)
    assert math.isnan(grade(""))
