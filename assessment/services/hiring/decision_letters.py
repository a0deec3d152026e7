"""What a candidate is written when somebody has decided about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import Template

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import letters, links, mail
from assessment.services.inviting import Case, Standing
from assessment.store.hiring import DecisionKind
from assessment.store.people import Organisation

# Long enough to read it, think, and ask another person to look.
PAGE_LASTS = timedelta(days=30)


@dataclass(frozen=True)
class Words:
    subject: str
    lead: str


WORDS: Mapping[DecisionKind, Words] = {
    DecisionKind.SHORTLISTED: Words(
        "You are on the shortlist",
        'you are on the shortlist for the position "$title" at $organisation. Somebody will write to you about the next'
        " step.",
    ),
    DecisionKind.OFFERED: Words(
        "We would like to offer you the position",
        '$organisation would like to offer you the position "$title". Somebody will write to you about what follows.',
    ),
    DecisionKind.DECLINED: Words(
        "Your application",
        '$organisation will not go on with your application for the position "$title". Thank you for the time you gave'
        " it.",
    ),
    DecisionKind.WITHDRAWN: Words(
        "Your application is withdrawn",
        '$organisation has noted that you no longer apply for the position "$title". If that is not so, write to'
        " $contact.",
    ),
    DecisionKind.KEPT_FOR_LATER: Words(
        "Your application is kept for later",
        '$organisation does not go on with your application for the position "$title" now, but would like to come back'
        " to it later. Your data is kept as long as you were told before you started, and you can have it erased at any"
        " time.",
    ),
    DecisionKind.BACK_TO_LIST: Words(
        "Your application is open again",
        '$organisation has taken back what was decided about your application for the position "$title". Nothing is'
        " decided at the moment.",
    ),
}

LETTER = Template("""Hello $name,

$lead

A person at $organisation decided this, not software.
$page
Questions? Write to $contact.
""")

# For those who have a result: there is something to show, and to look at again.
PAGE = Template("""
On your own page you see what the role asks for, where your answers stood and what mattered most, and you can ask \
that another person looks again. The link works until $until:

$link
""")


def send(session: Session, case: Case, kind: DecisionKind, base_url: str, now: datetime) -> None:
    """Write to the candidate of `case`, with a link to their own page where there is something to see."""
    organisation = session.execute(
        sa.select(Organisation.name, Organisation.contact).where(Organisation.id == case.occasion.organisation_id)
    ).one()
    facts = {"title": case.occasion.title, "organisation": organisation.name, "contact": organisation.contact}
    page = ""
    if case.standing(now) is Standing.FINISHED:
        until = now + PAGE_LASTS
        token = links.make_invitation_link(session, case.occasion.organisation_id, case.invitation.id, now, until)
        page = PAGE.substitute(until=letters.day(until), link=f"{base_url}/i/{token}")
    mail.queue(
        session,
        case.occasion.organisation_id,
        mail.Letter(
            f"{WORDS[kind].subject}: {case.occasion.title}",
            LETTER.substitute(
                facts, name=case.candidate.name, lead=Template(WORDS[kind].lead).substitute(facts), page=page
            ),
        ),
        recipient=case.candidate.email or "",
        now=now,
        candidate_id=case.candidate.id,
    )
