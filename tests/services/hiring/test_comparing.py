"""Groups, comparisons and a candidate's page: what is shown to whom, and what it is made of."""

import uuid
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement.attributes import ATTRIBUTES
from assessment.services.actors import Actor, Invited
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import candidacies, candidates, comparing, decisions, invitations, vacancies
from assessment.services.hiring.decisions import DecisionKind
from assessment.services.hiring.interview import Side
from assessment.services.permissions import Role
from assessment.services.sitting import retention
from assessment.store.hiring import Candidacy, Decision, Invitation
from assessment.store.people import Organisation
from assessment.store.records import AuditEntry
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL, counted, decide, finish, invite, make_person, make_vacancy, publish_again, start

# The shop floor's bands lie about (.2, .5, .5, -.1, -.65, .4).
SUITS = (0.2, 0.5, 0.5, 0.0, -0.6, 0.4)
FAR = (-2.0, -2.0, -2.0, 2.0, 2.0, -2.0)
NOW = START + timedelta(days=1)


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR)


@pytest.fixture
def manager(session: Session, hr: Actor) -> Actor:
    return make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)


@pytest.fixture
def vacancy_id(session: Session, hr: Actor) -> uuid.UUID:
    return make_vacancy(session, hr)


def people_with(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, *thetas: tuple[float, ...] | None
) -> list[uuid.UUID]:
    found = []
    for number, theta in enumerate(thetas, start=1):
        candidacy_id = make_person(session, hr.organisation_id, vacancy_id, number)
        finish(session, hr.organisation_id, candidacy_id, theta, answered=24 if theta else 4)
        found.append(candidacy_id)
    return found


def test_people_whom_answers_can_not_separate_share_a_group_in_the_order_of_their_numbers(
    session: Session, hr: Actor, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    near = tuple(value + 0.1 for value in SUITS)
    people_with(session, hr, vacancy_id, near, FAR, SUITS)
    page = comparing.of_vacancy(session, manager, vacancy_id, NOW)
    assert [[person.case.number for person in group.people] for group in page.groups] == [[1, 3], [2]]
    first, second = page.groups
    assert first.people[0].fit is not None
    assert second.people[0].fit is not None
    assert first.people[0].fit.expected > second.people[0].fit.expected
    assert page.finished == 3


def test_everybody_with_a_fit_has_a_range_of_places_among_them(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    ids = people_with(session, hr, vacancy_id, *((0.2 + place, *SUITS[1:]) for place in range(5)))
    random = make_person(session, hr.organisation_id, vacancy_id, 6)
    finish(session, hr.organisation_id, random, p_random=0.9)
    found = comparing.of_vacancy(session, hr, vacancy_id, NOW).places
    assert set(found) == set(ids)
    for place in found.values():
        assert 1 <= place.low <= place.high <= 5
        assert 1 <= place.weights_low <= place.weights_high <= 5
    assert found[ids[0]].low == 1
    assert found[ids[4]].high == 5
    assert found[ids[4]].low > found[ids[0]].low, "further from the band, further down"


def test_the_organisations_threshold_decides_how_large_a_group_is(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    people_with(session, hr, vacancy_id, *(tuple(v + 0.35 * n for v in SUITS) for n in range(6)))
    organisation = session.get_one(Organisation, hr.organisation_id)
    sizes = []
    for threshold in (0.5, 0.8, 0.95):
        organisation.group_threshold = threshold
        session.flush()
        sizes.append(len(comparing.of_vacancy(session, hr, vacancy_id, NOW).groups[0].people))
    assert all(smaller <= larger for smaller, larger in pairwise(sizes))
    assert sizes[0] < sizes[-1]


def test_who_answered_at_random_or_too_little_has_no_fit_and_only_hr_reads_why(
    session: Session, hr: Actor, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    nonsense = make_person(session, hr.organisation_id, vacancy_id, 1)
    finish(session, hr.organisation_id, nonsense, SUITS, p_random=0.8)
    few = make_person(session, hr.organisation_id, vacancy_id, 2)
    finish(session, hr.organisation_id, few, None, answered=4)
    for_hr = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    for_manager = comparing.of_vacancy(session, manager, vacancy_id, NOW)
    assert for_hr.groups == for_manager.groups == ()
    assert [person.withheld and person.withheld.reason for person in for_manager.withheld] == [None, None]
    reasons = [person.withheld.reason or "" for person in for_hr.withheld if person.withheld]
    assert "random" in reasons[0]
    assert "Answered 4 of 24" in reasons[1]
    for person in for_manager.withheld:
        assert person.fit is None
        assert person.points == person.asks == person.loss_share == ()


def test_people_underway_and_out_of_time_are_told_apart(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    people = [make_person(session, hr.organisation_id, vacancy_id, number) for number in range(1, 4)]
    start(session, hr.organisation_id, people[1])
    invitations.revoke(session, hr, people[2], START)
    page = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    assert [case.standing for case in page.underway] == ["invited", "started"]
    assert [case.standing for case in page.over] == ["revoked"]
    late = comparing.of_vacancy(session, hr, vacancy_id, START + timedelta(days=30))
    assert [case.standing for case in late.over] == ["expired", "expired", "revoked"]


def test_names_are_hidden_from_everybody_until_shortlisting(
    session: Session, hr: Actor, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    one, _ = people_with(session, hr, vacancy_id, SUITS, SUITS)
    decide(session, manager, one, now=NOW)
    for actor in (hr, manager):
        (group,) = comparing.of_vacancy(session, actor, vacancy_id, NOW).groups
        assert [person.label for person in group.people] == ["Nameof Person1", "Candidate 2"]
    decide(session, manager, one, DecisionKind.BACK_TO_LIST, now=NOW)
    (group,) = comparing.of_vacancy(session, manager, vacancy_id, NOW).groups
    assert [person.label for person in group.people] == ["Candidate 1", "Candidate 2"]


def test_a_vacancy_can_show_names_from_the_start(session: Session, hr: Actor) -> None:
    vacancy_id = make_vacancy(session, hr, names_hidden=False)
    people_with(session, hr, vacancy_id, SUITS)
    (group,) = comparing.of_vacancy(session, hr, vacancy_id, NOW).groups
    assert group.people[0].label == "Nameof Person1"


def test_statements_do_not_grow_with_people(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    ids = people_with(session, hr, vacancy_id, SUITS, FAR)
    comparing.of_vacancy(session, hr, vacancy_id, NOW)  # forms and keys are read once per process
    with counted(session) as for_two:
        comparing.of_vacancy(session, hr, vacancy_id, NOW)
    with counted(session) as comparing_two:
        comparing.compare(session, hr, vacancy_id, ids, NOW)
    for number in range(3, 201):
        candidacy_id = make_person(session, hr.organisation_id, vacancy_id, number)
        ids.append(candidacy_id)
        finish(session, hr.organisation_id, candidacy_id, tuple(v + (number % 40) / 40 for v in SUITS))
    session.expire_all()
    with counted(session) as for_many_anew:
        page = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    with counted(session) as for_many:
        again = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    with counted(session) as comparing_many:
        comparing.compare(session, hr, vacancy_id, ids, NOW)
    assert page.finished == 200
    assert (again.groups, again.places) == (page.groups, page.places)
    assert len(for_two) == len(for_many) == len(for_many_anew) - 1, "groups are kept while nothing is new"
    assert len(comparing_two) == len(comparing_many)


def test_the_newest_finished_sitting_counts(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    candidacy_id = invite(session, hr, vacancy_id)
    finish(session, hr.organisation_id, candidacy_id, FAR)
    before = comparing.of_vacancy(session, hr, vacancy_id, NOW).groups[0].people[0].fit
    invitations.invite_again(session, hr, candidacy_id, "The page broke", BASE_URL, NOW)
    between = comparing.of_vacancy(session, hr, vacancy_id, NOW).groups[0].people[0]
    assert between.fit == before, "the earlier answers count until new ones are finished"
    assert between.case.standing == "invited"
    finish(session, hr.organisation_id, candidacy_id, SUITS, now=NOW)
    after = comparing.of_vacancy(session, hr, vacancy_id, NOW + timedelta(days=1)).groups[0].people[0].fit
    assert before is not None
    assert after is not None
    assert after.expected > before.expected


def test_erased_people_leave_a_number_and_nothing_else(
    session: Session, hr: Actor, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    one, two = people_with(session, hr, vacancy_id, SUITS, SUITS)
    invitation_id = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == one)).one()
    retention.erase_own(session, Invited(hr.organisation_id, invitation_id), NOW)
    session.expire_all()
    page = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    assert [person.case.id for group in page.groups for person in group.people] == [two]
    assert page.erased == 1
    assert page.withheld == page.over == ()
    erased = candidates.page(session, hr, one, NOW)
    assert erased.case.erased
    assert erased.for_hr is None
    assert erased.person is None
    with pytest.raises(DomainError, match="erased"):
        decide(session, manager, one, now=NOW)


def test_answers_erased_after_their_time_leave_no_fit_although_the_name_lives_on(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    """Somebody who applied again since: the old answers go, the person stays."""
    candidacy_id = invite(session, hr, vacancy_id)
    finish(session, hr.organisation_id, candidacy_id, SUITS)
    later = START + timedelta(days=190)
    invite(session, hr, make_vacancy(session, hr, "Again", now=later), now=later)
    assert retention.erase_due(session, later) == 1
    session.expire_all()
    page = comparing.of_vacancy(session, hr, vacancy_id, later)
    assert page.groups == page.withheld == ()
    assert page.erased == 1


def test_candidacies_are_loaded_for_their_own_organisation_only(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    (candidacy_id,) = people_with(session, hr, vacancy_id, SUITS)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    assert candidacies.of_vacancy(session, stranger, vacancy_id, NOW) == ()
    assert candidacies.one(session, stranger, candidacy_id, NOW) is None


def test_up_to_four_people_are_compared_pair_by_pair(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    ids = people_with(session, hr, vacancy_id, *(tuple(v + 0.4 * n for v in SUITS) for n in range(4)))
    comparison = comparing.compare(session, hr, vacancy_id, list(reversed(ids)), NOW)
    assert [compared.letter for compared in comparison.people] == ["A", "B", "C", "D"]
    assert [compared.person.case.number for compared in comparison.people] == [1, 2, 3, 4]
    assert len(comparison.pairs) == 6
    assert all(0.5 <= pair.chance <= 1 for pair in comparison.pairs)
    assert {frozenset((pair.first.letter, pair.second.letter)) for pair in comparison.pairs} == {
        frozenset(pair) for pair in ("AB", "AC", "AD", "BC", "BD", "CD")
    }


def test_more_people_are_each_set_against_the_best(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    thetas = [tuple(v + 0.5 * n for v in SUITS) for n in (3, 2, 0, 1, 4, 5)]
    comparison = comparing.compare(session, hr, vacancy_id, people_with(session, hr, vacancy_id, *thetas), NOW)
    assert comparison.best is not None
    assert comparison.best.letter == "C"
    assert len(comparison.pairs) == 5
    assert all("C" in (pair.first.letter, pair.second.letter) for pair in comparison.pairs)


def test_the_likelier_of_a_pair_is_named_first(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    ids = people_with(session, hr, vacancy_id, FAR, SUITS)
    (pair,) = comparing.compare(session, hr, vacancy_id, ids, NOW).pairs
    assert (pair.first.letter, pair.second.letter) == ("B", "A")
    assert pair.chance > 0.95


def test_the_largest_difference_stands_first_and_says_whether_intervals_overlap(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    other = (0.2, 0.5, 0.6, 0.0, 2.9, 0.4)
    comparison = comparing.compare(session, hr, vacancy_id, people_with(session, hr, vacancy_id, SUITS, other), NOW)
    first, second, *_ = comparison.differences
    assert first.attribute == "focus"
    assert (first.lowest.letter, first.highest.letter) == ("A", "B")
    assert first.clear
    assert second.attribute == "empathy"
    assert not second.clear


def test_one_person_is_not_a_comparison_and_nobody_is_none(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    ids = people_with(session, hr, vacancy_id, SUITS)
    alone = comparing.compare(session, hr, vacancy_id, ids, NOW)
    assert len(alone.people) == 1
    assert alone.pairs == alone.differences == ()
    assert comparing.compare(session, hr, vacancy_id, [], NOW).people == ()


def test_people_without_a_fit_are_left_out_of_a_comparison(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    ids = people_with(session, hr, vacancy_id, SUITS, None, SUITS)
    comparison = comparing.compare(session, hr, vacancy_id, ids, NOW)
    assert [case.number for case in comparison.left_out] == [2]
    assert [compared.letter for compared in comparison.people] == ["A", "B"]


def test_people_of_another_vacancy_or_organisation_are_nobody(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    own, *_ = people_with(session, hr, vacancy_id, SUITS)
    other_vacancy = make_vacancy(session, hr, "Other")
    other, *_ = people_with(session, hr, other_vacancy, SUITS)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    for refused in (
        lambda: comparing.compare(session, hr, vacancy_id, [own, other], NOW),
        lambda: comparing.compare(session, hr, vacancy_id, [own, uuid.uuid4()], NOW),
        lambda: comparing.compare(session, stranger, vacancy_id, [own], NOW),
        lambda: comparing.of_vacancy(session, stranger, vacancy_id, NOW),
        lambda: candidates.page(session, stranger, own, NOW),
        lambda: decisions.decide(session, stranger, own, DecisionKind.SHORTLISTED, "Because", NOW, base_url=BASE_URL),
    ):
        with pytest.raises(NotFoundError):
            refused()


def test_a_candidates_page_says_where_they_stand_and_what_to_ask(
    session: Session, hr: Actor, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    low_tact = (0.2, -2.0, 0.5, 0.0, -0.6, 1.3)
    (candidacy_id,) = people_with(session, hr, vacancy_id, low_tact)
    page = candidates.page(session, manager, candidacy_id, NOW)
    tact = page.attributes[ATTRIBUTES.index("tact")]
    assert tact.below > 0.9
    assert tact.below + tact.inside + tact.above == pytest.approx(1)
    assert tact.loss_share == max(reading.loss_share for reading in page.attributes)
    assert tact.ask is not None
    assert tact.ask.side is Side.LOW
    assert page.person is not None
    assert [ask.attribute for ask in page.person.asks] == ["tact", "flexibility"], "the most important is asked first"
    assert page.person.asks[1].side is Side.HIGH
    assert page.provisional
    assert page.vacancy.number == 1


def test_only_hr_sees_contact_deadline_and_requests(
    session: Session, hr: Actor, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    candidacy_id = invite(session, hr, vacancy_id)
    assert candidates.page(session, manager, candidacy_id, NOW).for_hr is None
    seen = candidates.page(session, hr, candidacy_id, NOW).for_hr
    assert seen is not None
    assert (seen.name, seen.email) == ("Ada Example", "ada.example@candidate.example")
    assert seen.deadline is not None


def test_a_move_to_another_version_changes_what_fits_are_read_with(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    people_with(session, hr, vacancy_id, SUITS)
    newer = publish_again(session, hr, vacancy_id)
    assert comparing.of_vacancy(session, hr, vacancy_id, NOW).profile.version_id != newer
    vacancies.move_to_newest(session, hr, vacancy_id, "The shop moved", NOW)
    assert comparing.of_vacancy(session, hr, vacancy_id, NOW).profile.version_id == newer


def test_what_to_ask_a_group_counts_an_attribute_over_both_ends_of_its_band(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    """Flexibility is open for more people than focus, though neither of its ends is."""
    focus, high, low = (
        (0.2, 0.5, 0.5, 0.0, 0.5, 0.4),
        (0.2, 0.5, 0.5, 0.0, -0.6, 1.1),
        (0.2, 0.5, 0.5, 0.0, -0.6, -0.3),
    )
    people_with(session, hr, vacancy_id, focus, focus, high, high, high, low, low)
    page = comparing.of_vacancy(session, hr, vacancy_id, NOW)
    by_attribute = {ask.attribute: ask for ask in page.asks}
    flexibility = by_attribute["flexibility"]
    assert [(side.side, len(side.labels)) for side in flexibility.sides] == [(Side.HIGH, 3), (Side.LOW, 2)]
    assert flexibility.people == 5
    assert len({ask.attribute for ask in page.asks}) == len(page.asks)
    importance: dict[str, float] = {}
    for person in page.groups[0].people:
        for ask in person.asks:
            importance[ask.attribute] = importance.get(ask.attribute, 0) + ask.importance
    assert [ask.attribute for ask in page.asks] == sorted(importance, key=lambda one: -importance[one])[:3]


def test_the_shortlist_holds_everybody_on_it_who_was_not_erased(
    session: Session, hr: Actor, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    one, two = people_with(session, hr, vacancy_id, SUITS, SUITS)
    underway = make_person(session, hr.organisation_id, vacancy_id, 3)
    for chosen in (one, underway):
        decide(session, manager, chosen, now=NOW)
    assert [case.id for case in comparing.of_vacancy(session, hr, vacancy_id, NOW).shortlist] == [one, underway]
    assert [line.shortlisted for line in vacancies.listed(session, hr)] == [2]
    invitation_id = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == one)).one()
    retention.erase_own(session, Invited(hr.organisation_id, invitation_id), NOW)
    session.expire_all()
    assert [case.id for case in comparing.of_vacancy(session, hr, vacancy_id, NOW).shortlist] == [underway]
    assert [line.shortlisted for line in vacancies.listed(session, hr)] == [1]
    assert two


def test_chosen_people_are_of_the_vacancy_or_nobody(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    own, *_ = people_with(session, hr, vacancy_id, SUITS)
    other = make_person(session, hr.organisation_id, make_vacancy(session, hr, "Other"), 1)
    assert [case.id for case in candidacies.chosen(session, hr, vacancy_id, [own, own], NOW)] == [own]
    for ids in ([own, other], [uuid.uuid4()]):
        with pytest.raises(NotFoundError):
            candidacies.chosen(session, hr, vacancy_id, ids, NOW)


def test_a_decision_is_kept_with_its_reason_and_logged(
    session: Session, hr: Actor, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    (candidacy_id,) = people_with(session, hr, vacancy_id, SUITS)
    decide(session, manager, candidacy_id, reason=" Free at  weekends ", now=NOW)
    with pytest.raises(DomainError, match="already"):
        decide(session, manager, candidacy_id, now=NOW)
    (decided,) = decisions.of_candidacy(session, manager, candidacy_id)
    assert (decided.kind, decided.reason, decided.who) == (DecisionKind.SHORTLISTED, "Free at weekends", "Member")
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "shortlisted")).one()
    assert entry.subject_id == candidacy_id
    assert "weekends" not in entry.body


def test_reading_pages_decides_nothing(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    ids = people_with(session, hr, vacancy_id, SUITS, FAR)
    comparing.of_vacancy(session, hr, vacancy_id, NOW)
    comparing.compare(session, hr, vacancy_id, ids, NOW)
    candidates.page(session, hr, ids[0], NOW)
    assert session.scalars(sa.select(Decision)).all() == []
    assert not any(session.scalars(sa.select(Candidacy.shortlisted)))
