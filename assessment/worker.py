"""Work without a visitor: letters leave, people are reminded, and what has been kept long enough is erased."""

import logging
import smtplib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from assessment.config import Mail, Settings
from assessment.integrations.mail import smtp
from assessment.services import mail
from assessment.services.hiring import reminders
from assessment.services.sitting import retention
from assessment.store.database import Database

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
SWEEP_EVERY = timedelta(hours=1)


def send_letters(database: Database, server: Mail | None, now: datetime) -> int:
    """Send what is due; the number of letters that left. Without a mail server they wait, and HR sees them."""
    if server is None:
        return 0
    with database.writing() as session:
        due = mail.claim(session, now)
    left = 0
    for letter in due:
        try:
            smtp.send(server, letter.recipient, letter.letter)
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("mail %s was not taken: %s", letter.id, type(error).__name__)
            with database.writing() as session:
                mail.failed(session, letter, _reason(error), now)
        else:
            left += 1
            with database.writing() as session:
                mail.sent(session, letter, now)
    return left


def remind(database: Database, base_url: str, now: datetime) -> int:
    """Write every reminder that is due, some at a time; how many."""
    written = 0
    while True:
        with database.writing() as session:
            some = reminders.write_due(session, base_url, now)
        if not some:
            return written
        written += some


def run(database: Database, settings: Settings, clock: Callable[[], datetime], stop: threading.Event) -> None:
    """Work until `stop` is set. An error is logged and the work goes on."""
    next_sweep = clock()
    while not stop.is_set():
        try:
            send_letters(database, settings.mail, clock())
            if clock() >= next_sweep:
                next_sweep = clock() + SWEEP_EVERY
                remind(database, settings.base_url, clock())
                with database.writing() as session:
                    retention.erase_due(session, clock())
        except Exception:
            logger.exception("background work failed; it is tried again")
        stop.wait(PAUSE_SECONDS)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server answered {error.smtp_code}."
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "The mail server refused the address."
    return f"The mail server can't be reached ({type(error).__name__})."
