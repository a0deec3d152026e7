"""The invitation in an organisation's own words: named placeholders, the link, and nothing else."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from assessment.services import letters, mail
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import invitations
from assessment.services.mail import Letter
from assessment.services.permissions import Role
from assessment.store.inviting import InvitationSetting
from assessment.store.records import AuditEntry, Outgoing
from tests import taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL, make_vacancy

TEXT = "Dear {name},\n\nwork with us as {vacancy} in {place}! By {deadline}:\n\n{link}\n\nYours, {organisation}\n"


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session, "Harbour Stores"), Role.HR)


def newest(session: Session) -> Outgoing:
    return session.scalars(sa.select(Outgoing).order_by(Outgoing.created_at.desc()).limit(1)).one()


def test_people_are_invited_with_the_own_words_and_a_link_that_opens(session: Session, hr: Actor) -> None:
    letters.keep(session, hr, "Come in, {name}", TEXT, START)
    person = taking.invite(session, hr, make_vacancy(session, hr), name="Zoë {link} Example", email="zoe@mail.example")
    letter = newest(session)
    assert letter.subject == "Come in, Zoë {link} Example"
    assert "Dear Zoë {link} Example," in letter.text, "what stands in a value is no placeholder"
    assert "as Sales assistant in Harbour Street! By 6 December 2026, 23:59 UTC:" in letter.text
    assert letter.text.endswith("Yours, Harbour Stores\n")
    assert f"\n{BASE_URL}/i/{person.token}\n" in letter.text
    (kept,) = mail.outbox(session, hr)
    assert kept.link == f"{BASE_URL}/i/{person.token}"


def test_another_organisation_keeps_the_standard_words(session: Session, hr: Actor) -> None:
    letters.keep(session, hr, "Come in", TEXT, START)
    other = make_actor(session, make_organisation(session, "Another"), Role.HR)
    assert letters.own(session, other) is None
    taking.invite(session, other, make_vacancy(session, other))
    assert newest(session).subject == "Your invitation: Sales assistant"


def test_every_standard_letter_has_only_known_placeholders_and_its_link_on_a_line(session: Session) -> None:
    for letter in (
        letters.INVITATION,
        letters.PILOT_INVITATION,
        letters.NEW_LINK,
        letters.REMINDER,
        letters.RESULT_LINK,
    ):
        assert letters.checked(letter.subject, letter.text) == letter


@pytest.mark.parametrize(
    ("subject", "text", "field", "told"),
    [
        ("", TEXT, "subject", "Write something"),
        ("Come", " \n", "text", "Write something"),
        ("x" * 151, TEXT, "subject", "at most 150"),
        ("Come", TEXT + "x" * 5000, "text", "at most 5000"),
        ("Hi {first_name}", TEXT, "subject", r"\{first_name\} is no placeholder. There are \{name\}, "),
        ("Come", TEXT + "{}", "text", r"\{\} is no placeholder"),
        ("Come", TEXT + "{name.__class__}", "text", "is no placeholder"),
        ("Come", TEXT + "{ name }", "text", "is no placeholder"),
        ("Come", TEXT + "{name", "text", "brace stands alone"),
        ("Come", TEXT + "{{name}}", "text", "brace stands alone"),
        ("Come", "Dear {name}", "text", "line of its own"),
        ("Come", "Dear {name}, open {link}.", "text", "line of its own"),
        ("Come", TEXT + "or {link}", "text", "line of its own"),
        ("{link}", TEXT, "text", "line of its own"),
    ],
)
def test_a_letter_that_would_go_wrong_is_refused(
    session: Session, hr: Actor, subject: str, text: str, field: str, told: str
) -> None:
    with pytest.raises(DomainError, match=told) as refusal:
        letters.keep(session, hr, subject, text, START)
    assert refusal.value.field == field
    assert letters.own(session, hr) is None


@given(st.text(alphabet="{}ab\n", max_size=30), st.text(alphabet="{}link", max_size=12))
def test_what_is_kept_can_always_be_filled(text: str, name: str) -> None:
    values = dict.fromkeys(letters.PLACEHOLDERS, name)
    try:
        letter = letters.checked("Come", f"{text}\n{{link}}\n")
    except DomainError:
        return
    assert name in letters.fill(letter, values).text.splitlines()


def test_the_standard_words_are_kept_as_none_and_the_log_says_so(session: Session, hr: Actor) -> None:
    letters.keep(session, hr, "Come in", TEXT, START)
    assert letters.own(session, hr) == Letter("Come in", TEXT)
    letters.keep(session, hr, letters.INVITATION.subject, letters.INVITATION.text.replace("\n", "\r\n"), START)
    assert letters.own(session, hr) is None
    assert session.scalars(sa.select(InvitationSetting.text)).one() is None
    letters.keep(session, hr, letters.INVITATION.subject, letters.INVITATION.text, START)
    bodies = session.scalars(
        sa.select(AuditEntry.body)
        .where(AuditEntry.action == "changed the invitation letter of")
        .order_by(AuditEntry.body)
    ).all()
    assert bodies == ['{"standard": false}', '{"standard": true}'], "nothing changed the third time"


def test_a_sample_goes_to_nobody_but_the_member(session: Session, hr: Actor) -> None:
    make_vacancy(session, hr, "Weekends")
    letters.send_sample(session, hr, "Come, {name}", TEXT, BASE_URL, START)
    letter = session.scalars(sa.select(Outgoing)).one()
    assert letter.recipient == hr.email
    assert letter.subject == "Test: Come, Ada Example"
    assert "as Weekends in Harbour Street! By 6 December 2026, 23:59 UTC" in letter.text
    assert letters.own(session, hr) is None


def test_managers_have_no_say_in_it(session: Session, hr: Actor) -> None:
    manager = make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)
    with pytest.raises(NotFoundError):
        letters.own(session, manager)
    with pytest.raises(NotFoundError):
        letters.keep(session, manager, "Come", TEXT, START)
    with pytest.raises(NotFoundError):
        letters.send_sample(session, manager, "Come", TEXT, BASE_URL, START)


def test_who_answers_again_gets_the_own_words_too(session: Session, hr: Actor) -> None:
    letters.keep(session, hr, "Come in", TEXT, START)
    person = taking.make_person(session, "Elsewhere")
    letters.keep(session, person.actor, "Once more", TEXT, START)
    taking.take(session, person)
    invitations.invite_again(session, person.actor, person.candidacy_id, "Interrupted", BASE_URL, START)
    assert "Once more" in session.scalars(sa.select(Outgoing.subject)).all()
