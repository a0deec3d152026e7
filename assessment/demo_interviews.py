"""A synthetic panel with synthetic interviews: made up like everybody in the demo, and said to be."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.hiring import comparing, interview_sheets, panels
from assessment.services.hiring.interview import Interview
from assessment.services.hiring.interview_sheets import Wrote
from assessment.services.hiring.panels import Seat

NOTE = "Synthetic note: what the person said would stand here."
REMARK = "Synthetic remark: thought of this on the way home."
# One rating a question, in the order of the interview; None: no example came to mind.
BY_HR = (4, 3, 5, None, 3, 4, 2, 4, 3, 5, 4, 3, 4, 3)
BY_MANAGER = (4, 4, 3, 3, 3, 2, 2, None, 4, 4, 4, 3, 3, 5)


def build(
    session: Session, hr: Actor, manager: Actor, vacancy_id: uuid.UUID, interview: Interview, now: datetime
) -> None:
    """Put both on the vacancy's panel; one person of the first group is rated by both, one by HR."""
    seat = Seat(may_rate=True, may_decide=True)
    panels.change(session, hr, vacancy_id, {hr.member_id: seat, manager.member_id: seat}, only=False, now=now)
    first, second = (person.case for person in comparing.of_vacancy(session, hr, vacancy_id, now).groups[0].people[:2])
    for actor, case_id, ratings in ((hr, first.id, BY_HR), (manager, first.id, BY_MANAGER), (hr, second.id, BY_HR)):
        questions = interview_sheets.page(session, actor, case_id, interview, now).guide.questions
        wrote = {
            question.id: Wrote(rating, NOTE if place % 3 == 0 else "")
            for place, (question, rating) in enumerate(zip(questions, ratings, strict=False))
        }
        interview_sheets.keep(session, actor, case_id, interview, wrote, now, hand_in=True)
    interview_sheets.add(session, manager, first.id, REMARK, now)
