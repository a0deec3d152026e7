"""Norm groups: who is in them, who is left out and why, what is refused, and where a person stands in one."""

import json
import uuid
from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.content import sha256
from assessment.measurement.attributes import ATTRIBUTES
from assessment.services.actors import Actor, Invited
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import candidates, invitations
from assessment.services.norms import making, placing, versions
from assessment.services.norms.versions import LeftOut, NormKind
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles
from assessment.services.scoring import computing, content, results
from assessment.services.sitting import retention
from assessment.store.content import KeyStatus, KeyVersion
from assessment.store.hiring import Candidacy, Invitation, Vacancy
from assessment.store.records import AuditEntry
from assessment.store.sittings import NormVersion, Result
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL, counted, finish, make_person, make_vacancy

NOW = START + timedelta(days=1)


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR)


@pytest.fixture
def vacancy_id(session: Session, hr: Actor) -> uuid.UUID:
    return make_vacancy(session, hr)


@pytest.fixture
def form_id(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> uuid.UUID:
    return session.scalars(sa.select(Vacancy.form_id).where(Vacancy.id == vacancy_id)).one()


def at(level: float) -> tuple[float, ...]:
    """Somebody who stands so high on everything, a little different on each attribute."""
    return tuple(level + d / 100 for d in range(len(ATTRIBUTES)))


def crowd(session: Session, hr: Actor, vacancy_id: uuid.UUID, count: int, first: int = 1) -> list[uuid.UUID]:
    """People at 0, .1, .2, ... on the first attribute."""
    people = []
    for n in range(count):
        people.append(make_person(session, hr.organisation_id, vacancy_id, first + n))
        finish(session, hr.organisation_id, people[-1], at(n / 10))
    return people


def new_key(session: Session, form_id: uuid.UUID) -> uuid.UUID:
    """A second published key of the form: the first one's numbers under another digest."""
    old = session.get_one(KeyVersion, content.newest_key(session, form_id).id)
    key = KeyVersion(
        form_id=form_id,
        prior_version_id=old.prior_version_id,
        number=old.number + 1,
        digest=f"{uuid.uuid4()}",
        content=old.content,
        pilot_n=100,
        status=KeyStatus.PUBLISHED,
        decided_at=NOW,
        created_at=NOW,
    )
    session.add(key)
    session.flush()
    return key.id


def other_sector(session: Session, hr: Actor, title: str = "Somewhere else") -> uuid.UUID:
    """A vacancy of another sector with the same form."""
    vacancy_id = make_vacancy(session, hr, title)
    choice = next(one for one in role_profiles.choices(session, hr) if one.sector == "travel")
    vacancy = session.get_one(Vacancy, (hr.organisation_id, vacancy_id))
    vacancy.role_profile_id, vacancy.profile_version_id = choice.id, choice.version_id
    session.flush()
    return vacancy_id


def test_a_group_holds_the_people_of_its_sector_on_its_form(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    crowd(session, hr, vacancy_id, 15)
    crowd(session, hr, make_vacancy(session, hr, "Another one"), 10)
    crowd(session, hr, other_sector(session, hr), 3)
    page = versions.page(session, hr, making.make(session, hr, form_id, "sector", "retail", NOW))
    assert (page.version.people, page.version.left_out, page.version.number) == (25, 0, 1)
    assert not page.version.is_norm
    values = [n / 10 for n in range(15)] + [n / 10 for n in range(10)]
    trust = page.attributes[0]
    assert trust.attribute == "trust"
    assert trust.mean == pytest.approx(50 + 10 * np.mean(values))
    assert trust.sd == pytest.approx(10 * np.std(values, ddof=1))
    for t, share in zip(versions.SHOWN_T, trust.percentiles, strict=True):
        below = sum(50 + 10 * v < t - 1e-6 for v in values)
        same = sum(abs(50 + 10 * v - t) < 1e-6 for v in values)
        assert share == pytest.approx((below + same / 2) / 25), t
    language = versions.page(session, hr, making.make(session, hr, form_id, "language", "en", NOW))
    assert language.version.people == 28


def test_a_vacancy_is_a_group_with_its_title(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    crowd(session, hr, vacancy_id, 20)
    crowd(session, hr, make_vacancy(session, hr, "Another one"), 5)
    page = versions.page(session, hr, making.make(session, hr, form_id, "vacancy", str(vacancy_id), NOW))
    assert (page.version.people, page.version.name.title) == (20, "Sales assistant")


def test_who_is_left_out_is_counted_by_the_reason(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    old = [make_person(session, hr.organisation_id, vacancy_id, n) for n in (1, 2, 3)]
    for person in old:
        finish(session, hr.organisation_id, person, at(5))
    key_id = new_key(session, form_id)
    crowd(session, hr, vacancy_id, 20, first=10)
    for number, (theta, p_random) in enumerate([(None, 0.01), (None, 0.01), (at(5), 0.9)], start=50):
        person = make_person(session, hr.organisation_id, vacancy_id, number)
        finish(session, hr.organisation_id, person, theta, p_random=p_random, answered=24 if theta else 4)
    page = versions.page(session, hr, making.make(session, hr, form_id, "sector", "retail", NOW))
    assert page.left_out == LeftOut(other_key=3, few_answers=2, withheld=1)
    assert (page.version.people, page.version.left_out, page.version.key_number) == (20, 6, 2)
    assert session.scalars(sa.select(NormVersion.key_version_id)).one() == key_id


def test_results_of_two_keys_are_never_mixed(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    """Somebody with a result under each key is in the group with the one under its key."""
    people = crowd(session, hr, vacancy_id, 20)
    before = making.make(session, hr, form_id, "sector", "retail", NOW)
    key = content.key(session, new_key(session, form_id))
    for result in session.scalars(sa.select(Result)).all():
        computed = computing.Computed(
            key_id=key.id,
            prior_id=key.prior_id,
            answered=24,
            mean=[mean - 3 for mean in result.mean or ()],
            own_covariance=result.own_covariance,
            covariance=result.covariance,
            keyed=result.keyed,
            p_random=result.p_random,
            form_digest="",
            key_digest="",
            prior_digest="",
            answers_digest="",
        )
        results.keep(session, hr.organisation_id, result.sitting_id, computed, NOW)
    after = making.make(session, hr, form_id, "sector", "retail", NOW)
    assert versions.content_of(session, hr, before).group.values[:, 0].max() == pytest.approx(1.9)
    assert versions.content_of(session, hr, after).group.values[:, 0].max() == pytest.approx(-1.1)
    found = candidates.page(session, hr, people[0], NOW).compared
    assert found is not None
    assert found.version.id == after, "compared with those under the key of the newest result"


def test_each_person_counts_once_with_the_newest_sitting(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    people = crowd(session, hr, vacancy_id, 20)
    invitations.invite_again(session, hr, people[0], "The page broke", BASE_URL, NOW)
    finish(session, hr.organisation_id, people[0], at(-3), now=NOW)
    norm_id = making.make(session, hr, form_id, "sector", "retail", NOW)
    values = versions.content_of(session, hr, norm_id).group.values[:, 0]
    assert values.tolist() == pytest.approx([-3.0] + [n / 10 for n in range(1, 20)])


def test_erased_people_are_nowhere_in_it(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    people = crowd(session, hr, vacancy_id, 21)
    invitation_id = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == people[-1])).one()
    retention.erase_own(session, Invited(hr.organisation_id, invitation_id), NOW)
    session.expire_all()
    page = versions.page(session, hr, making.make(session, hr, form_id, "sector", "retail", NOW))
    assert (page.version.people, page.version.left_out) == (20, 0)


def test_fewer_than_twenty_people_are_refused_because_they_would_show_through(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    crowd(session, hr, vacancy_id, 19)
    unread = make_person(session, hr.organisation_id, vacancy_id, 90)
    finish(session, hr.organisation_id, unread, at(1), p_random=0.9)
    with pytest.raises(DomainError, match=r"19 people .* at least 20: .* single people would show") as refusal:
        making.make(session, hr, form_id, "sector", "retail", NOW)
    assert refusal.value.field == "group"
    assert session.scalar(sa.select(sa.func.count()).select_from(NormVersion)) == 0


def test_people_who_all_answered_alike_compare_nothing(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    for number in range(1, 21):
        finish(session, hr.organisation_id, make_person(session, hr.organisation_id, vacancy_id, number), at(0))
    with pytest.raises(DomainError, match="All people of the group have the same score"):
        making.make(session, hr, form_id, "sector", "retail", NOW)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("sex", "Civil Rights Act of 1991"),
        ("candidate_race", "race, color, religion, sex or national origin"),
        ("age", "2000/78"),
        ("disability", "disability"),
        ("shoe size", "norm groups are by sector, language, vacancy"),
    ],
)
def test_what_the_law_protects_is_refused_with_the_reason(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID, kind: str, reason: str
) -> None:
    crowd(session, hr, vacancy_id, 20)
    with pytest.raises(DomainError, match=f"(?i){reason}") as refusal:
        making.make(session, hr, form_id, kind, "retail", NOW)
    assert refusal.value.field == "group"


def test_nothing_protected_can_be_asked_for(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    crowd(session, hr, vacancy_id, 2)
    assert {choice.name.kind for choice in making.choices(session, hr)} == set(NormKind)


def test_choices_count_people_and_not_sittings(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    people = crowd(session, hr, vacancy_id, 2)
    invitations.invite_again(session, hr, people[0], "The page broke", BASE_URL, NOW)
    finish(session, hr.organisation_id, people[0], at(0), now=NOW)
    crowd(session, hr, other_sector(session, hr), 3)
    found = [(c.name.kind, c.name.value, c.name.title, c.people) for c in making.choices(session, hr)]
    other = session.scalars(sa.select(Vacancy.id).where(Vacancy.title == "Somewhere else")).one()
    assert found == [
        (NormKind.SECTOR, "travel", "travel", 3),
        (NormKind.SECTOR, "retail", "retail", 2),
        (NormKind.LANGUAGE, "en", "en", 5),
        (NormKind.VACANCY, str(other), "Somewhere else", 3),
        (NormKind.VACANCY, str(vacancy_id), "Sales assistant", 2),
    ]


def test_making_it_anew_adds_a_version_and_changes_none(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    crowd(session, hr, vacancy_id, 20)
    first = making.make(session, hr, form_id, "sector", "retail", NOW)
    before = session.get_one(NormVersion, (hr.organisation_id, first)).content
    crowd(session, hr, vacancy_id, 5, first=50)
    second = making.make(session, hr, form_id, "sector", "retail", NOW + timedelta(hours=1))
    session.expire_all()
    assert session.get_one(NormVersion, (hr.organisation_id, first)).content == before
    page = versions.page(session, hr, second)
    assert [(one.id, one.number, one.people) for one in page.versions] == [(second, 2, 25), (first, 1, 20)]
    assert [one.id for one in versions.listed(session, hr)] == [second]
    assert versions.page(session, hr, first).version.people == 20
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.subject_id == second)).one()
    assert (entry.action, entry.subject, json.loads(entry.body)["number"]) == ("made", "norm_version", 2)


def test_a_stored_group_that_was_changed_is_noticed(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    crowd(session, hr, vacancy_id, 20)
    norm_id = making.make(session, hr, form_id, "sector", "retail", NOW)
    row = session.get_one(NormVersion, (hr.organisation_id, norm_id))
    assert row.digest == sha256(row.content)
    row.content = row.content.replace("0.5,", "0.55,")
    session.flush()
    with pytest.raises(ValueError, match="was changed"):
        versions.page(session, hr, norm_id)


def test_a_person_is_compared_in_the_most_specific_group_there_is(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    people = crowd(session, hr, vacancy_id, 20)
    manager = make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)
    assert candidates.page(session, manager, people[0], NOW).compared is None
    for kind, value in (("language", "en"), ("sector", "retail"), ("vacancy", str(vacancy_id))):
        made = [making.make(session, hr, form_id, kind, value, NOW + timedelta(hours=n)) for n in range(2)]
        found = candidates.page(session, manager, people[0], NOW).compared
        assert found is not None
        assert (found.version.name.kind, found.version.id) == (kind, made[-1])
    crowd(session, hr, other := make_vacancy(session, hr, "Another one"), 1)
    other_person = session.scalars(sa.select(Candidacy.id).where(Candidacy.vacancy_id == other)).one()
    elsewhere = candidates.page(session, manager, other_person, NOW).compared
    assert elsewhere is not None
    assert elsewhere.version.name.kind == "sector"


def test_the_share_below_comes_with_the_error_of_the_persons_own_score(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    people = crowd(session, hr, vacancy_id, 40)
    making.make(session, hr, form_id, "sector", "retail", NOW)
    found = candidates.page(session, hr, people[20], NOW).compared
    assert found is not None
    trust = found.places[0]
    values = [n / 10 for n in range(40)]
    half = 1.6448536 * 0.5  # the score's standard error in `finish`, without the key's lean, which all share
    assert trust.share == pytest.approx((20 + 0.5) / 40)
    assert trust.low == pytest.approx(sum(v < 2.0 - half for v in values) / 40)
    assert trust.high == pytest.approx(sum(v < 2.0 + half for v in values) / 40)
    assert 0.13 < found.margin < 0.17  # about 1.96 sqrt(.5 x .5 / 40)


def test_a_group_under_another_key_compares_nobody(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    people = crowd(session, hr, vacancy_id, 20)
    making.make(session, hr, form_id, "sector", "retail", NOW)
    new_key(session, form_id)
    newcomer = make_person(session, hr.organisation_id, vacancy_id, 90)
    finish(session, hr.organisation_id, newcomer, at(0))
    assert candidates.page(session, hr, newcomer, NOW).compared is None
    assert candidates.page(session, hr, people[0], NOW).compared is not None
    assert [one.in_force for one in versions.listed(session, hr)] == [False]


def test_nobody_without_a_fit_is_compared(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    crowd(session, hr, vacancy_id, 20)
    making.make(session, hr, form_id, "sector", "retail", NOW)
    nonsense = make_person(session, hr.organisation_id, vacancy_id, 90)
    sitting_id = finish(session, hr.organisation_id, nonsense, at(0), p_random=0.9)
    assert candidates.page(session, hr, nonsense, NOW).compared is None
    scored = results.scores_of(session, hr.organisation_id, [sitting_id])
    assert placing.compared(session, hr, sitting_id, scored, vacancy_id=vacancy_id, sector="retail") is None


def test_groups_are_of_the_own_organisation(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    crowd(session, hr, vacancy_id, 20)
    norm_id = making.make(session, hr, form_id, "sector", "retail", NOW)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    assert versions.listed(session, stranger) == ()
    assert making.choices(session, stranger) == ()
    with pytest.raises(NotFoundError):
        versions.page(session, stranger, norm_id)
    for kind, value in (("vacancy", str(vacancy_id)), ("sector", "retail")):
        with pytest.raises(DomainError, match="0 people"):
            making.make(session, stranger, form_id, kind, value, NOW)
    theirs = make_vacancy(session, stranger)
    person = make_person(session, stranger.organisation_id, theirs, 1)
    finish(session, stranger.organisation_id, person, at(0))
    assert candidates.page(session, stranger, person, NOW).compared is None


def test_a_form_or_a_vacancy_that_does_not_exist_is_absent(session: Session, hr: Actor, form_id: uuid.UUID) -> None:
    for form, value in ((uuid.uuid4(), str(uuid.uuid4())), (form_id, "no id")):
        with pytest.raises(NotFoundError):
            making.make(session, hr, form, "vacancy", value, NOW)


@pytest.mark.parametrize(("role", "may"), [(Role.ANALYST, True), (Role.OWNER, True), (Role.HIRING_MANAGER, False)])
def test_hr_owners_and_analysts_make_norms(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID, role: Role, *, may: bool
) -> None:
    crowd(session, hr, vacancy_id, 20)
    actor = make_actor(session, hr.organisation_id, role)
    if may:
        assert versions.page(session, actor, making.make(session, actor, form_id, "sector", "retail", NOW))
        return
    for refused in (
        lambda: making.choices(session, actor),
        lambda: making.make(session, actor, form_id, "sector", "retail", NOW),
        lambda: versions.listed(session, actor),
        lambda: versions.page(session, actor, uuid.uuid4()),
    ):
        with pytest.raises(NotFoundError):
            refused()


def test_statements_do_not_grow_with_people_and_groups(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, form_id: uuid.UUID
) -> None:
    people = crowd(session, hr, vacancy_id, 20)

    def statements() -> list[int]:
        found = []
        for read in (
            lambda: making.choices(session, hr),
            lambda: versions.listed(session, hr),
            lambda: candidates.page(session, hr, people[0], NOW),
        ):
            session.expire_all()
            read()
            session.expire_all()
            with counted(session) as ran:
                read()
            found.append(len(ran))
        return found

    making.make(session, hr, form_id, "sector", "retail", NOW)
    before = statements()
    crowd(session, hr, vacancy_id, 30, first=40)
    for n in range(4):
        other = make_vacancy(session, hr, f"Number {n}")
        crowd(session, hr, other, 20)
        making.make(session, hr, form_id, "vacancy", str(other), NOW)
        making.make(session, hr, form_id, "sector", "retail", NOW + timedelta(hours=n))
    assert statements() == before
