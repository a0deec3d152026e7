"""What a candidate can take along: everything about them, and nothing of the key."""

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment import paths
from assessment.bank.content import Bank
from assessment.services.actors import Invited
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.scoring import thirds
from assessment.services.scoring.results import Point
from assessment.services.sitting import candidate_requests, own_data, own_result, retention, sittings
from assessment.store.hiring import RequestKind
from assessment.store.records import AuditEntry, Outgoing
from tests import hiring, taking
from tests.conftest import START
from tests.factories import make_organisation

LATER = START + timedelta(hours=2)


def test_everything_about_the_person_is_there(session: Session) -> None:
    person = taking.make_person(session)
    candidate_requests.ask_other_way(session, person.invited, "I would rather talk.", START)
    own = taking.take(session, person)
    taking_again = own_data.everything(session, person.invited)
    hiring.decide(session, person.actor, person.candidacy_id, reason="Strong answers", now=LATER)
    data = own_data.everything(session, person.invited)
    assert taking_again.vacancies[0].decisions == ()
    assert (data.organisation, data.name, data.email) == ("Harbour Stores", "Ann Example", "ann@mail.example")
    (held,) = data.vacancies
    assert (held.vacancy, held.number_in_list, held.shortlisted) == ("Shop assistant", 1, True)
    assert [(one.what, one.reason, one.decided_at) for one in held.decisions] == [
        ("shortlisted", "Strong answers", LATER)
    ]
    (invitation,) = held.invitations
    assert [(one.what, one.words, one.asked_at, one.answered_at) for one in invitation.requests] == [
        ("asked for another way", "I would rather talk.", START, None)
    ]
    assert invitation.notice is not None
    assert invitation.notice.number == 1
    assert invitation.browsers_joined_at == (START,)
    assert invitation.links_made_at == (START, LATER), "the letter about the decision has one of its own"
    assert len(invitation.answers) == own.answered
    assert invitation.result is not None
    assert invitation.result.check_for_random_clicks is not None
    assert invitation.result.what_the_check_means.startswith("Above 50% no comparison")
    assert [score.attribute for score in invitation.result.scores] == [point.attribute for point in own.points]
    assert {letter.subject for letter in data.letters} >= {"Your invitation: Shop assistant"}
    assert {entry.action for entry in data.log} >= {"invited", "started", "finished", "shortlisted"}


def test_every_save_is_there_with_the_texts_that_were_read(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer(session, person, 3, 0, 1)
    taking.answer(session, person, 3, 2, 3, now=LATER)
    shown = sittings.situation(session, person.invited, 3)
    first, second = own_data.everything(session, person.invited).vacancies[0].invitations[0].answers
    assert first.situation == second.situation == shown.text
    assert [option.text for option in first.options] == [option.text for option in shown.options]
    assert (first.most_likely, first.least_likely) == (shown.options[0].text, shown.options[1].text)
    assert (second.most_likely, second.saved_at) == (shown.options[2].text, LATER)


def test_the_key_is_never_in_the_file(session: Session, bank: Bank) -> None:
    person = taking.make_person(session)
    taking.take(session, person)
    text = own_data.as_json(own_data.everything(session, person.invited))
    for word in ("levels", "desirability", "why", "loading", "intercept", "keyed", "covariance", "theta"):
        assert not re.search(rf'"[^"]*{word}[^"]*"\s*:', text), word
    for item in bank.items.values():
        for option in item.options:
            assert option.why not in text


def test_the_file_is_plain_json(session: Session) -> None:
    person = taking.make_person(session)
    taking.take(session, person)
    text = own_data.as_json(own_data.everything(session, person.invited))
    read = json.loads(text)
    assert read["name"] == "Ann Example"
    assert read["vacancies"][0]["invitations"][0]["started_at"] == START.isoformat()


def test_members_are_not_named_in_the_log(session: Session) -> None:
    person = taking.make_person(session)
    taking.take(session, person)
    data = own_data.everything(session, person.invited)
    assert {entry.who for entry in data.log} == {"somebody at the organisation", "you"}
    assert str(person.actor.member_id) not in own_data.as_json(data)


def test_another_person_and_another_organisation_stay_out(session: Session) -> None:
    person = taking.make_person(session)
    other = taking.invite(session, person.actor, person.vacancy_id, "Bo Hidden", "hidden@mail.example")
    taking.take(session, other)
    taking.start(session, person)
    text = own_data.as_json(own_data.everything(session, person.invited))
    assert "idden" not in text
    foreign = Invited(make_organisation(session, "Elsewhere"), person.invited.invitation_id)
    with pytest.raises(NotFoundError):
        own_data.everything(session, foreign)


def test_several_positions_are_all_there(session: Session) -> None:
    person = taking.make_person(session)
    taking.invite(session, person.actor, taking.make_vacancy(session, person.actor, "Returns desk"), now=LATER)
    data = own_data.everything(session, person.invited)
    assert [held.vacancy for held in data.vacancies] == ["Shop assistant", "Returns desk"]


def test_erased_data_can_not_be_taken_along(session: Session) -> None:
    person = taking.make_person(session)
    retention.erase_own(session, person.invited, START)
    with pytest.raises(NotFoundError):
        own_data.everything(session, person.invited)


# --- the own result in words


def point(mean: float, half: float) -> Point:
    return Point("trust", mean, mean - half, mean + half)


@pytest.mark.parametrize(
    ("mean", "third"), [(44.9, "low"), (45.0, "middle"), (50.0, "middle"), (55.0, "middle"), (55.1, "high")]
)
def test_the_text_follows_the_place_on_the_line(bank: Bank, mean: float, third: str) -> None:
    texts = bank.attributes["trust"]
    (line,) = own_result.read((point(mean, 1),), bank.attributes)
    assert line.sentence.endswith(getattr(texts.candidate, third))
    assert ("In the middle, as far as these answers can tell." in line.sentence) is (third == "middle")
    assert line.advice == getattr(texts.advice, third)
    assert not line.left_open


@pytest.mark.parametrize(
    ("mean", "half", "left_open"),
    [(50, 11, False), (50, 14, False), (50, 14.1, True), (58, 14.1, True), (60, 14.1, False), (59, 14.1, True)],
)
def test_only_a_bar_wider_than_honest_answers_make_it_leaves_a_line_open(
    bank: Bank, mean: float, half: float, left_open: bool
) -> None:
    (line,) = own_result.read((point(mean, half),), bank.attributes)
    assert line.left_open is left_open
    assert ("leave this open" in line.words) is left_open
    assert (line.sentence == own_result.LEFT_OPEN) is left_open
    if left_open:
        assert line.advice == bank.attributes["trust"].advice.middle


def test_a_wide_bar_that_keeps_to_one_side_is_not_open(bank: Bank) -> None:
    texts = bank.attributes["trust"]
    (line,) = own_result.read((point(65, 16),), bank.attributes)
    assert line.sentence == texts.candidate.high


def test_a_bar_over_both_sides_says_how_far_the_answers_reach(bank: Bank) -> None:
    texts = bank.attributes["trust"]
    said = thirds.unsure(point(56, 12), texts)
    assert said == f"Somewhat towards “{texts.high_pole}”, as far as these answers can tell. "
    assert thirds.unsure(point(44, 12), texts).startswith(f"Somewhat towards “{texts.low_pole}”")


def test_a_balanced_person_who_answered_everything_reads_six_different_sentences(bank: Bank) -> None:
    balanced = tuple(Point(name, 50.0, 38.8, 61.2) for name in bank.attributes)
    lines = own_result.read(balanced, bank.attributes)
    assert len({line.sentence for line in lines}) == 6
    for line in lines:
        assert line.sentence.endswith(bank.attributes[line.attribute].candidate.middle)
        assert "as far as these answers can tell" in line.sentence


def test_the_words_say_which_side(bank: Bank) -> None:
    texts = bank.attributes["trust"]
    said = [own_result.read((point(mean, 1),), bank.attributes)[0].words for mean in (38, 42, 50, 62)]
    assert said[0] == f"clearly towards “{texts.low_pole}”"
    assert said[1] == f"somewhat towards “{texts.low_pole}”"
    assert said[2].startswith("near the middle")
    assert said[3] == f"clearly towards “{texts.high_pole}”"


def test_a_bank_without_texts_still_has_a_result(bank: Bank) -> None:
    assert own_result.read((point(50, 1),), {}) == ()


# --- asking a person


def test_asking_to_look_again_tells_the_organisation_once(session: Session) -> None:
    person = taking.make_person(session)
    with pytest.raises(NotFoundError):
        candidate_requests.ask_another_look(session, person.invited, "", START)
    taking.take(session, person)
    assert candidate_requests.of_invitation(session, person.invited) == ()
    for _ in range(2):
        candidate_requests.ask_another_look(session, person.invited, "The phone rang.", LATER)
    (asked,) = candidate_requests.of_invitation(session, person.invited)
    assert (asked.kind, asked.note, asked.asked_at) == (RequestKind.LOOK_AGAIN, "The phone rang.", LATER)
    letters = session.scalars(sa.select(Outgoing).where(Outgoing.recipient == "hiring@test.example")).all()
    assert len(letters) == 1
    assert "The phone rang." in letters[0].text
    assert "Ann" not in letters[0].text
    bodies = session.scalars(sa.select(AuditEntry.body).where(AuditEntry.actor == "candidate")).all()
    assert not any("phone" in body for body in bodies)


def test_a_note_can_be_added_to_the_request_and_is_told_once(session: Session) -> None:
    person = taking.make_person(session)
    taking.take(session, person)
    candidate_requests.ask_another_look(session, person.invited, "", LATER)
    candidate_requests.ask_another_look(session, person.invited, "", LATER)
    for _ in range(2):
        candidate_requests.ask_another_look(session, person.invited, "The phone rang.", LATER + timedelta(hours=1))
    with pytest.raises(DomainError):
        candidate_requests.ask_another_look(session, person.invited, "x" * 2001, LATER)
    texts = session.scalars(
        sa.select(Outgoing.text).where(Outgoing.recipient == "hiring@test.example").order_by(Outgoing.created_at)
    ).all()
    assert len(texts) == 2
    assert "The phone rang." in texts[1]
    asked = candidate_requests.of_invitation(session, person.invited, RequestKind.LOOK_AGAIN)
    assert [one.asked_at for one in asked] == [LATER, LATER + timedelta(hours=1)]


def test_what_is_added_to_a_wish_for_another_way_does_not_replace_it(session: Session) -> None:
    person = taking.make_person(session)
    for note in ("An interview, please.", "By phone.", "By phone."):
        candidate_requests.ask_other_way(session, person.invited, note, START)
    kept = candidate_requests.of_invitation(session, person.invited, RequestKind.OTHER_WAY)
    assert sorted(one.note for one in kept) == ["An interview, please.", "By phone."]
    letters = session.scalars(sa.select(Outgoing.id).where(Outgoing.recipient == "hiring@test.example")).all()
    assert len(letters) == 2
    for n in range(4):
        candidate_requests.ask_other_way(session, person.invited, f"{n}" * 2000, START)
    with pytest.raises(DomainError, match="written much already"):
        candidate_requests.ask_other_way(session, person.invited, "x" * 2000, START)


def test_asking_for_another_way_is_kept_and_told(session: Session) -> None:
    person = taking.make_person(session)
    with pytest.raises(DomainError):
        candidate_requests.ask_other_way(session, person.invited, "  ", START)
    with pytest.raises(DomainError, match="at most"):
        candidate_requests.ask_other_way(session, person.invited, "x" * 2001, START)
    candidate_requests.ask_other_way(session, person.invited, " More days, please. ", START)
    (kept,) = candidate_requests.of_invitation(session, person.invited)
    assert kept == candidate_requests.Asked(RequestKind.OTHER_WAY, "More days, please.", START, None)
    letter = session.scalars(sa.select(Outgoing).where(Outgoing.recipient == "hiring@test.example")).one()
    assert "More days, please." in letter.text


def test_no_own_text_about_the_key_reaches_a_page() -> None:
    for file in (paths.TEMPLATES / "candidate").glob("*.html"):
        text = file.read_text(encoding="utf-8")
        for word in ("levels", "desirability", "keyed", "loadings"):
            assert word not in text, f"{file.name}: {word}"
