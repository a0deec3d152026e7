"""Simulated people who answer a form of the bank."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from assessment.bank.content import Bank
from assessment.measurement.scoring import DEFAULT_PRIOR, Scores, score
from assessment.services.errors import DomainError
from assessment.services.scoring import answer_files, simulated_answers
from assessment.services.scoring.simulated_answers import Kind, Simulated


def people(bank: Bank, kind: Kind, count: int, seed: int = 1) -> list[Simulated]:
    form = simulated_answers.form_named(bank, None)
    return list(simulated_answers.simulated(bank, form, kind, count, np.random.default_rng(seed)))


def through_a_file(bank: Bank, folder: Path, some: list[Simulated]) -> answer_files.Answered:
    with answer_files.writing(folder / "answers.csv") as add:
        for part in some:
            for row in part.rows():
                add(row)
    return answer_files.read(folder / "answers.csv", bank)


def scored(answered: answer_files.Answered) -> Scores:
    return score(answered.model, answered.most, answered.least, DEFAULT_PRIOR)


def test_scores_of_a_written_file_recover_who_the_people_are(bank: Bank, tmp_path: Path) -> None:
    """r from .858 to .902 by attribute, .875 on average, over 2,000 people who answer 24 situations by this very key.

    Real people answer by a key nobody knows exactly, so theirs can only be lower.
    """
    some = people(bank, "honest", 2000)
    answered = through_a_file(bank, tmp_path, some)
    assert answered.people == tuple(name for part in some for name in part.names)
    theta = np.concatenate([part.given.theta for part in some])
    found = scored(answered).mean
    r = [np.corrcoef(theta[:, d], found[:, d])[0, 1] for d in range(6)]
    assert np.mean(r) == pytest.approx(0.875, abs=0.01)
    assert min(r) > 0.84
    spread = scored(answered).covariance.diagonal(axis1=1, axis2=2)
    inside = np.abs(theta - found) < 1.96 * np.sqrt(spread)
    assert inside.mean() == pytest.approx(0.95, abs=0.01), "the standard errors are as wide as they say"


def test_what_is_written_is_what_was_answered(bank: Bank, tmp_path: Path) -> None:
    some = people(bank, "half", 7)
    answered = through_a_file(bank, tmp_path, some)
    column = {item.id: j for j, item in enumerate(answered.items)}
    order = [column[item.id] for item in some[0].items]
    assert (answered.most[:, order] == some[0].given.most).all()
    assert (answered.least[:, order] == some[0].given.least).all()


def test_those_who_click_at_random_say_nothing_of_who_they_are(bank: Bank, tmp_path: Path) -> None:
    some = people(bank, "random", 1000)
    result = scored(through_a_file(bank, tmp_path, some))
    theta = some[0].given.theta
    assert all(abs(np.corrcoef(theta[:, d], result.mean[:, d])[0, 1]) < 0.12 for d in range(6))
    honest = scored(through_a_file(bank, tmp_path, people(bank, "honest", 1000)))
    assert np.mean(result.p_random > 0.5) > 20 * np.mean(honest.p_random > 0.5)


def test_straight_liners_take_the_same_two_places_whatever_stands_there(bank: Bank) -> None:
    given = people(bank, "straight", 50)[0].given
    most, least = given.shown
    assert (most == most[:, :1]).all()
    assert (least == least[:, :1]).all()
    assert (most[:, 0] != least[:, 0]).all()
    assert len({*map(int, given.most[0])}) > 1, "the options at those places differ"


def test_names_count_on_over_the_chunks_and_sort_as_numbers(bank: Bank) -> None:
    names = [name for part in people(bank, "mildest", 1003) for name in part.names]
    assert names[0] == "mildest-00001"
    assert names[-1] == "mildest-01003"
    assert names == sorted(names)
    assert len(set(names)) == 1003


def test_the_truth_is_in_t_with_the_consistency(bank: Bank) -> None:
    some = people(bank, "honest", 3)[0]
    rows = list(some.truth())
    assert [row["person"] for row in rows] == list(some.names)
    assert list(rows[0]) == ["person", *DEFAULT_PRIOR.attributes, "consistency"]
    assert float(rows[1]["tact"]) == pytest.approx(50 + 10 * some.given.theta[1, 1], abs=1e-6)
    assert float(rows[2]["consistency"]) == pytest.approx(some.given.consistency[2], abs=1e-6)


def test_a_form_that_is_not_there_is_refused_by_name(bank: Bank) -> None:
    with pytest.raises(DomainError, match=r"no form 'other'.*general-24"):
        simulated_answers.form_named(bank, "other")
    with pytest.raises(DomainError, match="no form to answer"):
        simulated_answers.form_named(dataclasses.replace(bank, forms={}), None)
