"""Which form is given for a sector and a length, and what a length means."""

import dataclasses
import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from assessment.bank.content import Bank, Form
from assessment.measurement.forms.precision import precision
from assessment.services.actors import Actor
from assessment.services.hiring import vacancies
from assessment.services.profiles import role_profiles
from assessment.services.scoring import content, form_choices
from assessment.store.hiring import Vacancy
from tests.conftest import START
from tests.factories import make_actor, make_organisation

LATER = START + timedelta(days=1)


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session))


@pytest.fixture
def named(session: Session, bank: Bank) -> dict[str, uuid.UUID]:
    """Forms for retail of 6, 9 and 12 situations, a second one of 9, and one of 9 for any sector."""
    refs = [item.ref for item in bank.items.values() if item.status == "trial" and item.sector == "any"]
    kinds = {
        "short": ("retail", refs[:6], None),
        "middle": ("retail", refs[6:15], None),
        "middle-2": ("retail", refs[15:24], "middle"),
        "long": ("retail", refs[:12], None),
        "all-trades": ("any", refs[3:12], None),
    }
    forms = {
        name: Form(id=name, title=name, sector=sector, items=tuple(items), parallel_to=parallel)
        for name, (sector, items, parallel) in kinds.items()
    }
    content.load_bank(session, dataclasses.replace(bank, forms=forms), LATER)
    return {name: form_choices.form_named(session, name) for name in forms}


@pytest.mark.parametrize(("length", "name"), [(6, "short"), (9, "middle"), (12, "long"), (7, "short"), (13, "long")])
def test_a_sector_is_given_its_own_form_of_the_nearest_length(
    session: Session, hr: Actor, named: dict[str, uuid.UUID], length: int, name: str
) -> None:
    form_id = form_choices.form_for_sector(session, hr.organisation_id, "retail", length=length)
    assert form_id == named[name]


def test_lengths_say_what_they_cost_and_bring(session: Session, hr: Actor, named: dict[str, uuid.UUID]) -> None:
    found = {one.items: one for one in form_choices.lengths(session, hr.organisation_id, ["retail"])}
    assert {6, 9, 12} <= set(found)
    for items, name in ((6, "short"), (9, "middle"), (12, "long")):
        form = content.form(session, named[name])
        key = content.newest_key(session, form.id)
        expected = precision(key.model, content.prior(session, key.prior_id).prior, t=[50.0]).se.mean() * 10
        assert found[items].minutes == form.minutes
        assert found[items].error == pytest.approx(expected)
    assert found[6].error > found[12].error
    assert found[6].minutes <= found[12].minutes


def test_a_sector_without_forms_of_its_own_has_the_lengths_of_any(
    session: Session, hr: Actor, named: dict[str, uuid.UUID]
) -> None:
    found = form_choices.lengths(session, hr.organisation_id, ["any"])
    assert 9 in {one.items for one in found}
    assert {one.sector for one in found} == {"any"}
    assert 6 not in {one.items for one in found}, "that one is for retail"


def test_a_vacancy_gets_the_length_that_was_chosen(session: Session, hr: Actor, named: dict[str, uuid.UUID]) -> None:
    profile = next(choice for choice in role_profiles.choices(session, hr) if choice.sector == "retail")
    for length, name in ((6, "short"), (12, "long")):
        vacancy_id = vacancies.create(
            session,
            hr,
            title="Weekends",
            place="Quay",
            role_profile_id=profile.id,
            names_hidden=True,
            answer_days=7,
            length=length,
            now=LATER,
        )
        assert session.get_one(Vacancy, (hr.organisation_id, vacancy_id)).form_id == named[name]
    assert {6, 9, 12} <= {one.items for one in vacancies.lengths(session, hr) if one.sector == "retail"}
