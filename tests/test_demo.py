"""The synthetic organisation's past."""

from datetime import datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment import demo
from assessment.bank.content import Bank
from assessment.services import occasions
from assessment.store.hiring import (
    Acknowledgement,
    Candidacy,
    CandidateRequest,
    Invitation,
    Pilot,
    RequestKind,
    Vacancy,
)
from assessment.store.people import Organisation
from assessment.store.profiles import ProfileAttribute, ProfileVersion
from assessment.store.sittings import Sitting
from tests.conftest import START


@pytest.mark.parametrize("now", [START, START + timedelta(days=2), START + timedelta(days=400)])
def test_nothing_in_the_demo_happens_before_what_it_builds_on(
    session: Session, bank: Bank, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(demo, "VACANCIES", demo.VACANCIES[:1])
    demo.build(session, bank, np.random.default_rng(1), now)
    organisation = session.scalars(sa.select(Organisation)).one()
    published = session.scalars(sa.select(sa.func.min(ProfileVersion.published_at))).one()
    for evidence in (ProfileAttribute.band_date, ProfileAttribute.weight_date):
        assert session.scalars(sa.select(sa.func.max(evidence))).one() <= published.date()
    assert organisation.created_at <= published
    assert now - organisation.created_at <= timedelta(days=demo.FOUNDED_DAYS_AGO)
    rows = session.execute(
        occasions.joined(
            sa.select(Vacancy, Pilot, Candidacy, Invitation, Sitting, Acknowledgement).select_from(Candidacy)
        )
        .join(Invitation, Invitation.candidacy_id == Candidacy.id)
        .outerjoin(Sitting, Sitting.invitation_id == Invitation.id)
        .outerjoin(Acknowledgement, Acknowledgement.invitation_id == Invitation.id)
    ).all()
    assert len(rows) == sum(
        crowd.finished + crowd.unfinished + crowd.invited for crowd in (demo.CANDIDATES, demo.VOLUNTEERS)
    )
    for vacancy, pilot, candidacy, invitation, sitting, read in rows:
        moments = [published, (vacancy or pilot).created_at, candidacy.created_at, invitation.created_at]
        if sitting is not None:
            moments += [read.read_at, sitting.started_at, sitting.finished_at or sitting.started_at]
        assert moments == sorted(moments)
        assert moments[-1] <= now < invitation.deadline
    waiting = session.execute(
        sa.select(CandidateRequest.kind, Candidacy.pilot_id.is_not(None))
        .join(Invitation, Invitation.id == CandidateRequest.invitation_id)
        .join(Candidacy, Candidacy.id == Invitation.candidacy_id)
    )
    assert {tuple(row) for row in waiting} == {
        (RequestKind.OTHER_WAY, False),
        (RequestKind.LOOK_AGAIN, False),
        (RequestKind.LOOK_AGAIN, True),
    }
