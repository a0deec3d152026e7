"""Groups and places are those of everybody at once, worked out once for the same results, and shown in pages."""

import uuid
from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement import fit as measure
from assessment.measurement import ranking
from assessment.services.actors import Actor, Invited
from assessment.services.errors import NotFoundError
from assessment.services.hiring import candidacies, comparing, group_asks, grouping
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles
from assessment.services.scoring import results
from assessment.services.sitting import retention
from assessment.store.hiring import Invitation
from assessment.store.people import Organisation
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import counted, decide, finish, invite, make_person, make_vacancy

SUITS = (0.2, 0.5, 0.5, 0.0, -0.6, 0.4)
NOW = START + timedelta(days=1)


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR)


@pytest.fixture
def vacancy_id(session: Session, hr: Actor) -> uuid.UUID:
    return make_vacancy(session, hr)


def crowd(session: Session, hr: Actor, vacancy_id: uuid.UUID, size: int) -> list[uuid.UUID]:
    rng = np.random.default_rng(7)
    people = []
    for number, theta in enumerate(rng.normal(SUITS, 0.8, (size, 6)).tolist(), start=1):
        candidacy = make_person(session, hr.organisation_id, vacancy_id, number)
        finish(session, hr.organisation_id, candidacy, theta, p_random=0.9 if number % 20 == 0 else 0.02)
        people.append(candidacy)
    return people


def test_kept_numbers_are_those_of_the_measurement_over_everybody(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    crowd(session, hr, vacancy_id, 45)
    pages = [comparing.of_vacancy(session, hr, vacancy_id, NOW) for _ in range(2)]
    profile = role_profiles.measured(session, hr.organisation_id, pages[0].vacancy.profile_version_id).profile
    cases = candidacies.of_vacancy(session, hr, vacancy_id, NOW)
    scored = results.scores_of(session, hr.organisation_id, [case.sitting_id for case in cases if case.sitting_id])
    number = measure.groups(scored.scores, profile, threshold=0.8, lean_sd=scored.lean_sd)
    places = ranking.places(scored.scores, profile, lean_sd=scored.lean_sd)
    fit = measure.fit(scored.scores, profile, lean_sd=scored.lean_sd)
    for page in pages:
        assert {person.case.id: group.number for group in page.groups for person in group.people} == {
            case.id: own for case, own in zip(cases, number.tolist(), strict=True) if own
        }
        for row, case in enumerate(cases):
            if number[row]:
                assert page.places[case.id].low == np.floor(places.low[row])
                assert page.places[case.id].high == np.ceil(places.high[row])
        shown = {person.case.id: person.fit for group in page.groups for person in group.people}
        assert shown == {case.id: comparing.fitted(fit, row) for row, case in enumerate(cases) if number[row]}


def test_a_page_says_the_same_of_its_people_as_the_whole_list(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(session, hr, vacancy_id, 45)
    whole = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    monkeypatch.setattr(comparing, "PAGE", 10)
    monkeypatch.setattr(group_asks, "MOST_NAMED", 3)
    pages = [comparing.of_vacancy(session, hr, vacancy_id, NOW, page=page) for page in range(1, 6)]
    assert {page.pages for page in pages} == {5}
    for group in whole.groups:
        parts = [part for page in pages for part in page.groups if part.number == group.number]
        assert [person for part in parts for person in part.people] == list(group.people)
        assert {part.size for part in parts} == {len(group.people)}
    assert {one: place for page in pages for one, place in page.places.items()} == whole.places
    for page in pages:
        assert page.withheld == whole.withheld
        assert page.finished == 45
        assert page.leader == comparing.Leader(whole.groups[0].people[0].label, page.leader.places)  # type: ignore[union-attr]
        assert [ask.people for ask in page.asks] == [ask.people for ask in whole.asks]
        for ask, all_of_it in zip(page.asks, whole.asks, strict=True):
            assert [side.labels for side in ask.sides] == [side.labels[:3] for side in all_of_it.sides]
    beyond = comparing.of_vacancy(session, hr, vacancy_id, NOW, page=99)
    assert (beyond.page, beyond.groups) == (5, pages[-1].groups)


def test_a_long_list_of_people_underway_is_cut_and_counted(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    ids = [make_person(session, hr.organisation_id, vacancy_id, number) for number in range(1, 31)]
    decide(session, hr, ids[29], now=NOW)
    page = comparing.of_vacancy(session, hr, vacancy_id, NOW, page=1)
    assert [case.id for case in page.underway] == ids[: comparing.MOST_UNFINISHED]
    assert page.unfinished == 30
    assert [case.id for case in page.shortlist] == [ids[29]]
    assert len(comparing.of_vacancy(session, hr, vacancy_id, NOW).underway) == 30


def test_what_is_new_is_seen_at_once(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    ids = crowd(session, hr, vacancy_id, 12)
    before = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    session.get_one(Organisation, hr.organisation_id).group_threshold = 0.5
    session.flush()
    stricter = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    assert stricter.groups[0].size < before.groups[0].size
    session.get_one(Organisation, hr.organisation_id).group_threshold = 0.8
    session.flush()
    assert comparing.of_vacancy(session, hr, vacancy_id, NOW).groups == before.groups
    ahead = make_person(session, hr.organisation_id, vacancy_id, 13)
    finish(session, hr.organisation_id, ahead, SUITS, sd=0.05)
    after = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    assert after.finished == 13
    assert after.places[ids[0]] != before.places[ids[0]]
    invitation = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == ahead)).one()
    retention.erase_own(session, Invited(hr.organisation_id, invitation), NOW)
    session.expire_all()
    erased = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    assert (erased.groups, erased.places) == (before.groups, before.places)


def test_the_same_results_are_worked_out_once_and_only_so_many_are_kept(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_out = []
    original = grouping._group
    monkeypatch.setattr(grouping, "_group", lambda *given: (worked_out.append(given), original(*given))[1])
    monkeypatch.setattr(grouping, "MOST_KEPT", 2)
    crowd(session, hr, vacancy_id, 3)
    for _ in range(3):
        comparing.of_vacancy(session, hr, vacancy_id, NOW)
    assert len(worked_out) == 1
    for number in range(4, 6):  # two others push it out
        finish(session, hr.organisation_id, make_person(session, hr.organisation_id, vacancy_id, number))
        comparing.of_vacancy(session, hr, vacancy_id, NOW)
    assert len(worked_out) == 3
    assert len(grouping._kept) == 2


def test_what_is_kept_names_nobody(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    ids = crowd(session, hr, vacancy_id, 3)
    comparing.of_vacancy(session, hr, vacancy_id, NOW)
    kept = repr(list(grouping._kept.values())[-1])
    assert "Nameof" not in kept
    assert not any(str(one) in kept for one in ids)


def test_a_page_takes_as_many_statements_however_many_people_there_are(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    crowd(session, hr, vacancy_id, 3)
    comparing.of_vacancy(session, hr, vacancy_id, NOW, page=1)
    with counted(session) as few:
        comparing.of_vacancy(session, hr, vacancy_id, NOW, page=1)
    for number in range(4, 160):
        finish(session, hr.organisation_id, make_person(session, hr.organisation_id, vacancy_id, number))
    session.expire_all()
    comparing.of_vacancy(session, hr, vacancy_id, NOW, page=1)
    with counted(session) as many:
        assert comparing.of_vacancy(session, hr, vacancy_id, NOW, page=2).pages == 2
    assert len(few) == len(many)


def test_another_organisations_people_are_in_no_group(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    crowd(session, hr, vacancy_id, 3)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    facts = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    profile = facts.profile.profile
    assert grouping.of_vacancy(session, stranger, vacancy_id, profile, 0.8).candidacy_ids == ()
    analyst = make_actor(session, hr.organisation_id, Role.ANALYST)
    with pytest.raises(NotFoundError):
        grouping.of_vacancy(session, analyst, vacancy_id, profile, 0.8)


def test_who_counts_as_erased_is_in_no_group_whatever_came_after(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    """The old answers went when their time was over; the name lived on elsewhere, and the person answered once more."""
    person = invite(session, hr, vacancy_id)
    finish(session, hr.organisation_id, person)
    later = START + timedelta(days=190)
    invite(session, hr, make_vacancy(session, hr, "Elsewhere", now=later), now=later)
    assert retention.erase_due(session, later) == 1
    session.expire_all()
    assert invite(session, hr, vacancy_id, now=later) == person
    finish(session, hr.organisation_id, person, now=later)
    page = comparing.of_vacancy(session, hr, vacancy_id, later + timedelta(days=1))
    assert candidacies.one(session, hr, person, later).erased  # type: ignore[union-attr]
    assert (page.groups, page.erased, page.finished) == ((), 1, 0)
