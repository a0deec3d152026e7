"""The bank we ship, by the rules that can be counted."""

import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from assessment import paths
from assessment.bank.balance import SMALLEST_SHARE, balance, breaches
from assessment.bank.content import Bank, Item
from assessment.bank.key import expert_model
from assessment.bank.lists import ENDS, GIVEN, REVIEW_KINDS, SECTORS
from assessment.bank.loading import check_bank, read_bank, read_register
from assessment.bank.reading import reading_time
from assessment.bank.whole import check_texts, check_whole
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.forms.precision import precision
from assessment.measurement.scoring import DEFAULT_PRIOR


@pytest.fixture(scope="module")
def bank() -> Bank:
    return read_bank(paths.ITEM_BANK)


@pytest.fixture(scope="module")
def given(bank: Bank) -> list[Item]:
    """The items candidates may meet; drafts are still being written."""
    return [item for item in bank.items.values() if item.status in GIVEN]


def test_it_has_no_mistakes_and_no_warnings() -> None:
    assert check_bank(paths.ITEM_BANK) == []


def test_as_a_whole_it_breaks_no_rule(bank: Bank) -> None:
    """Of what is given; what its drafts break besides is printed, for whoever works on them (pytest -rP)."""
    assert check_whole(bank) == []
    drafts = [item for item in bank.items.values() if item.status == "draft"]
    for problem in check_texts([*(item for item in bank.items.values() if item.status in GIVEN), *drafts], "en"):
        print(f"with drafts: {problem}")


def test_with_its_drafts_it_has_36_items_for_any_sector_12_for_each_and_3_to_practise(bank: Bank) -> None:
    kept = Counter(item.sector for item in bank.items.values() if item.status != "retired")
    assert kept == {sector: 36 if sector == "any" else 12 for sector in SECTORS}
    assert len(bank.practice) == 3


def test_every_given_version_has_a_line_in_the_register_that_still_holds(bank: Bank) -> None:
    """A line is missing: run `assessment bank register` and commit it. A line differs: raise the item's version."""
    register = read_register(paths.ITEM_BANK)
    for item in [*bank.items.values(), *bank.practice.values()]:
        if item.status in GIVEN:
            assert register.get(item.id, {}).get(item.version) == item.digest, f"{item.ref}: assessment bank register"
    assert set(register) <= {*bank.items, *bank.practice}


def test_everything_that_is_given_is_on_trial(bank: Bank, given: list[Item]) -> None:
    assert {item.status for item in [*given, *bank.practice.values()]} == {"trial"}
    assert {item.status for item in bank.items.values()} <= {"trial", "draft"}


def test_every_given_item_was_reviewed_in_every_way_and_says_by_whom(bank: Bank, given: list[Item]) -> None:
    for item in given:
        reviews = bank.reviews[item.id].reviews
        assert {review.kind for review in reviews} == set(REVIEW_KINDS), item.id
        assert all(review.reader for review in reviews), item.id


def test_the_items_of_any_sector_are_in_balance(given: list[Item]) -> None:
    assert breaches(balance([item for item in given if item.sector == "any"])) == []


def test_each_form_is_in_balance_as_far_as_so_few_items_can_be(bank: Bank) -> None:
    """Correlations over 72 to 144 options: chance alone moves them by a tenth."""
    for form in bank.forms.values():
        found = balance(bank.form_items(form))
        assert (np.abs(found.desirability) < 0.4).all(), form.id
        assert (np.abs(found.length) < 0.4).all(), form.id
        assert ((found.high_pole > 0.34) & (found.high_pole < 0.66)).all(), form.id
        assert (found.share >= np.array(list(SMALLEST_SHARE.values())) - 1e-9).all(), form.id


def test_each_option_letter_is_used_alike_in_each_item(bank: Bank) -> None:
    for item in bank.items.values():
        assert [option.id for option in item.options] == ["a", "b", "c", "d"], item.id


@pytest.mark.parametrize("sector", SECTORS)
def test_each_sector_has_three_lengths_and_a_second_form(bank: Bank, sector: str) -> None:
    forms = [form for form in bank.forms.values() if form.sector == sector]
    assert sorted(len(form.items) for form in forms if form.parallel_to is None) == [18, 24, 36]
    (second,) = [form for form in forms if form.parallel_to is not None]
    first = bank.forms[second.parallel_to or ""]
    assert len(second.items) == len(first.items) == 24
    assert len(set(first.items) & set(second.items)) <= (12 if sector == "any" else 0), "36 items make no two times 24"
    for form in forms:
        own = [item for item in bank.form_items(form) if item.sector == sector]
        assert len(own) >= 6, form.id
        assert (
            reading_time([*bank.practice.values(), *bank.form_items(form)]).high
            <= {18: 30, 24: 35, 36: 55}[len(form.items)]
        )


def test_no_channel_comes_twice_in_a_row(bank: Bank) -> None:
    for form in bank.forms.values():
        channels = [item.channel for item in bank.form_items(form)]
        assert all(one != other for one, other in pairwise(channels)), form.id


def test_parallel_forms_are_alike(bank: Bank) -> None:
    for second in bank.forms.values():
        if second.parallel_to is not None:
            one, other = (
                precision(expert_model(bank.form_items(form)), DEFAULT_PRIOR)
                for form in (bank.forms[second.parallel_to], second)
            )
            # 36 items of any sector are too few for two forms without common ones: these were not chosen together
            apart = 0.16 if second.sector == "any" else 0.1
            np.testing.assert_allclose(one.se, other.se, rtol=apart, err_msg=second.id)


def test_no_form_is_ipsative(bank: Bank) -> None:
    for form in bank.forms.values():
        assert not precision(expert_model(bank.form_items(form)), DEFAULT_PRIOR).ipsative, form.id


def test_all_six_attributes_have_their_texts(bank: Bank) -> None:
    assert tuple(bank.attributes) == ATTRIBUTES
    assert bank.attributes["conformity"].title == "Working with rules"


def test_a_candidate_reads_what_they_chose_and_never_what_they_are(bank: Bank) -> None:
    for attribute in bank.attributes.values():
        for text in (attribute.candidate.low, attribute.candidate.middle, attribute.candidate.high):
            assert re.search(r"\b(chose|choose|answers|choices|used|started|acted|decided|finished)\b", text), text
            assert not re.search(r"\byou(’|')?re\b|\byou are\b|\bscore", text, re.IGNORECASE), text


def test_nobody_reads_six_sentences_from_one_mould(bank: Bank) -> None:
    """Whoever leans one way on all six reads six beginnings, and no "If you like" six times over."""
    for reader in ("candidate", "advice", "manager"):
        for third in ENDS:
            read = [getattr(getattr(attribute, reader), third) for attribute in bank.attributes.values()]
            assert len({tuple(text.split()[:2]) for text in read}) == 6, (reader, third)


def test_two_role_profiles_for_each_sector_and_one_for_any_rest_on_opinion_and_say_so(bank: Bank) -> None:
    count = Counter(profile.sector for profile in bank.profiles.values())
    assert count == {sector: 1 if sector == "any" else 2 for sector in SECTORS}
    for profile in bank.profiles.values():
        assert (profile.evidence.label, profile.evidence.n) == ("opinion", 0)
        assert tuple(profile.attributes) == ATTRIBUTES
        assert all(need.tolerance == 6 for need in profile.attributes.values())


# low, high and weight for each attribute, in the order of ATTRIBUTES
PROFILES = {
    "any/generic": "45-60.1 49-65.1.5 48-63.1.5 45-60.1 42-56.1 46-61.1",
    "retail/shop_floor": "45-60.1 45-65.1 45-65.1 40-58.1 35-52.2 45-63.1",
    "retail/returns_desk": "42-55.2 50-66.2 45-60.1 45-60.2 48-62.1 42-58.1",
    "hospitality/front_desk": "48-63.1 50-66.2 48-63.1 42-57.1 40-55.1 48-65.2",
    "hospitality/table_service": "48-65.1 46-62.1 45-60.1 42-58.1 33-50.2 45-62.1",
    "health_care/clinic_reception": "48-62.1 50-66.2 50-65.2 50-66.2 45-60.1 40-56.1",
    "health_care/care_assistant": "48-63.1 48-63.1 50-66.2 50-66.2 45-60.1 42-58.1",
    "financial_services/counter": "38-53.2 48-63.1 45-60.1 52-68.2 48-63.1 38-55.1",
    "financial_services/complaints": "43-57.1 50-66.2 48-63.2 48-63.2 45-60.1 43-58.1",
    "travel/adviser": "46-60.1 46-62.1 45-60.1 42-57.1 48-63.2 48-65.2",
    "travel/disruption_desk": "45-60.1 50-66.2 48-63.2 48-63.2 38-54.1 48-65.2",
}


@pytest.mark.parametrize("key", PROFILES)
def test_the_numbers_of_each_profile_are_the_agreed_ones(bank: Bank, key: str) -> None:
    needs = bank.profiles[key].attributes.values()
    assert " ".join(f"{need.low:g}-{need.high:g}.{need.weight:g}" for need in needs) == PROFILES[key]


def test_no_task_is_used_for_two_attributes_or_roles(bank: Bank) -> None:
    tasks = [need.task for profile in bank.profiles.values() for need in profile.attributes.values()]
    assert len(set(tasks)) == len(tasks) == 66


def test_balance_notices_a_bank_in_which_the_high_pole_sounds_better(given: list[Item]) -> None:
    rng = np.random.default_rng(7)
    leaning = []
    for item in given:
        options = tuple(
            option.model_copy(
                update={
                    "levels": {"trust": 1.0 + k / 2},
                    "desirability": 4 + k / 2 + rng.normal(0, 0.1),
                    "text": "word " * (10 + k),
                }
            )
            for k, option in enumerate(item.options)
        )
        leaning.append(item.model_copy(update={"options": options}))
    sentences = "\n".join(breaches(balance(leaning)))
    assert "desirability goes with the level of trust: r = 0.9" in sentences
    assert "length goes with the |level| of trust: r = 1.00" in sentences
    assert "length goes with desirability" in sentences
    assert "trust leans to its high pole in 100% of its levels." in sentences
    assert "tact varies in 0% of the items, under 40%." in sentences
