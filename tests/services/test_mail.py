"""The outbox: a letter leaves if its change was kept, once, and waits out a server that is down."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from sqlalchemy.orm import Session

from assessment import worker
from assessment.config import Mail
from assessment.services import mail
from assessment.services.errors import NotFoundError
from assessment.services.mail import Letter
from assessment.services.permissions import Role
from assessment.store.database import Database
from assessment.store.hiring import Candidate
from assessment.store.records import Outgoing
from tests.conftest import START, Clock
from tests.factories import make_actor, make_organisation


class Mailbox(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.letters.append(message)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, Mail]]:
    """A real SMTP server on this machine."""
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, Mail("127.0.0.1", port, "none", None, None, "hiring@test.example")
    controller.stop()


def queue(database: Database, subject: str = "Your invitation") -> None:
    with database.writing() as session:
        organisation_id = make_organisation(session)
        letter = Letter(subject, "Hello Zoë,\n\nhttp://localhost/i/secret\n")
        mail.queue(session, organisation_id, letter, recipient="zoe@test.example", now=START)


def test_a_letter_leaves_once_with_its_text_whole(database: Database, mailbox: tuple[Mailbox, Mail]) -> None:
    box, server = mailbox
    queue(database)
    assert worker.send_letters(database, server, START) == 1
    assert worker.send_letters(database, server, START + timedelta(hours=1)) == 0
    (letter,) = box.letters
    assert letter["To"] == "zoe@test.example"
    assert letter["From"] == "hiring@test.example"
    assert "Zoë" in str(letter.get_payload(decode=True), "utf-8")


def test_a_subject_can_carry_no_header(database: Database, mailbox: tuple[Mailbox, Mail]) -> None:
    box, server = mailbox
    queue(database, "Hello\r\nBcc: everybody@test.example")
    worker.send_letters(database, server, START)
    (letter,) = box.letters
    assert letter["Bcc"] is None


def test_a_letter_of_a_change_that_was_not_kept_never_leaves(database: Database, mailbox: tuple[Mailbox, Mail]) -> None:
    box, server = mailbox

    def fail_at_the_end() -> None:
        with database.writing() as session:
            organisation_id = make_organisation(session)
            mail.queue(session, organisation_id, Letter("Lost", "Lost"), recipient="a@test.example", now=START)
            raise LookupError

    with pytest.raises(LookupError):
        fail_at_the_end()
    assert worker.send_letters(database, server, START) == 0
    assert box.letters == []


def test_a_server_that_is_down_loses_nothing(database: Database, mailbox: tuple[Mailbox, Mail], clock: Clock) -> None:
    box, server = mailbox
    queue(database)
    nobody = Mail("127.0.0.1", 9, "none", None, None, "hiring@test.example")
    assert worker.send_letters(database, nobody, clock()) == 0
    assert worker.send_letters(database, server, clock()) == 0, "it waits before it tries again"
    assert worker.send_letters(database, server, clock.go_on(minutes=1)) == 1
    assert len(box.letters) == 1


def test_two_workers_never_send_the_same_letter(database: Database) -> None:
    queue(database)
    with database.writing() as session:
        assert len(mail.claim(session, START)) == 1
    with database.writing() as session:
        assert mail.claim(session, START) == []
        assert len(mail.claim(session, START + mail.LEASE + timedelta(seconds=1))) == 1, "a lease ends"


def test_without_a_mail_server_hr_sees_the_letter_with_its_link(session: Session) -> None:
    organisation_id = make_organisation(session)
    actor = make_actor(session, organisation_id)
    candidate = Candidate(organisation_id=organisation_id, email="a@b.example", name="Zoë", created_at=START)
    session.add(candidate)
    session.flush()
    mail.queue(
        session,
        organisation_id,
        Letter("Your invitation", "http://x/1"),
        recipient="a@b.example",
        now=START,
        candidate_id=candidate.id,
    )
    (kept,) = mail.outbox(session, actor)
    assert "http://x/1" in kept.text
    assert kept.sent_at is None


def test_nobody_reads_a_colleagues_sign_in_link(session: Session) -> None:
    organisation_id = make_organisation(session)
    actor = make_actor(session, organisation_id)
    mail.queue(session, organisation_id, mail.sign_in_letter("Zoë", "http://x/1"), recipient="a@b.example", now=START)
    (kept,) = mail.outbox(session, actor)
    assert "http://x/1" not in repr(kept)


def test_a_sent_letter_keeps_no_link(database: Database, mailbox: tuple[Mailbox, Mail]) -> None:
    _, server = mailbox
    with database.writing() as session:
        organisation_id = make_organisation(session)
        actor = make_actor(session, organisation_id)
        mail.queue(session, organisation_id, Letter("S", "http://x/1"), recipient="a@b.example", now=START)
    worker.send_letters(database, server, START)
    with database.reading() as session:
        assert session.scalars(sa.select(Outgoing.text)).one() == ""
        (kept,) = mail.outbox(session, actor)
        assert kept.sent_at == START


def test_letters_of_other_organisations_and_for_managers_do_not_exist(session: Session) -> None:
    organisation_id = make_organisation(session)
    mail.queue(session, organisation_id, Letter("S", "T"), recipient="a@b.example", now=START)
    stranger = make_actor(session, make_organisation(session, "Another"))
    assert mail.outbox(session, stranger) == []
    with pytest.raises(NotFoundError):
        mail.outbox(session, make_actor(session, organisation_id, Role.HIRING_MANAGER))
