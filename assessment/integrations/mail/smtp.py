"""Handing a letter to an SMTP server."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from assessment.config import Mail
from assessment.services.mail import Letter

TIMEOUT_SECONDS = 20


def send(server: Mail, recipient: str, letter: Letter) -> None:
    """Deliver one letter; raises OSError or smtplib.SMTPException when the server does not take it."""
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = recipient
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    message.set_content(letter.text)
    with _connect(server) as connection:
        if server.username:
            connection.login(server.username, server.password or "")
        connection.send_message(message)


def _connect(server: Mail) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    if server.security == "starttls":
        try:
            connection.starttls(context=ssl.create_default_context())
        except BaseException:
            connection.close()
            raise
    return connection
