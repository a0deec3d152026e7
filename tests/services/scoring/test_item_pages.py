"""One item as analysts read it."""

import json

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.content import Bank
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Role
from assessment.services.scoring import content, item_pages, key_reviews
from assessment.services.scoring.item_pages import FEWEST_SITTINGS
from assessment.store.content import Form
from assessment.store.sittings import Answer, Sitting
from tests import hiring
from tests.banks import with_status
from tests.calibrating import answer_all, answers, form_of, make_draft
from tests.conftest import START
from tests.factories import make_actor, make_organisation

ITEM = ("frontdoor", "cold-soup")


@pytest.fixture
def analyst(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.ANALYST, "Anna")


def answered_by(session: Session, organisation_id, people: int, first: int = 0) -> None:  # type: ignore[no-untyped-def]
    vacancy = hiring.make_vacancy(session, make_actor(session, organisation_id))
    answer_all(session, organisation_id, vacancy, slice(first, first + people))


def test_the_page_has_the_item_with_its_reviews_its_forms_and_its_versions(
    session: Session, analyst: Actor, bank: Bank
) -> None:
    page = item_pages.read(session, analyst, *ITEM)
    assert page.item == bank.items["cold-soup"]
    assert page.reviews == bank.reviews["cold-soup"]
    (form,) = page.forms
    assert bank.forms["general-24"].items[form.position - 1] == "cold-soup@2"
    assert [(one.number, one.digest) for one in page.versions] == [(2, page.item.digest)]
    assert (page.newest, page.given, page.practice, page.others) == (True, True, False, 0)


def test_a_draft_has_reviews_and_neither_versions_nor_figures(session: Session, analyst: Actor, bank: Bank) -> None:
    draft = next(item for item in bank.items.values() if item.status == "draft")
    page = item_pages.read(session, analyst, "frontdoor", draft.id)
    assert (page.item, page.status, page.given) == (draft, "draft", False)
    assert page.reviews == bank.reviews[draft.id]
    assert (page.versions, page.forms, page.statistics, page.fitted) == ((), (), None, ())
    with pytest.raises(NotFoundError):
        item_pages.read(session, analyst, "frontdoor", draft.id, version=2)


def test_an_older_version_keeps_its_text_and_its_forms(session: Session, analyst: Actor, bank: Bank) -> None:
    old = bank.items["cold-soup"]
    newer = old.model_copy(update={"version": 3, "situation": "Another text."})
    changed = with_status(bank, "cold-soup", "trial")
    changed.items["cold-soup"] = newer  # type: ignore[index]
    content.load_bank(session, changed, START)
    page = item_pages.read(session, analyst, *ITEM)
    assert (page.item, page.newest) == (newer, True)
    assert [one.number for one in page.versions] == [3, 2]
    before = item_pages.read(session, analyst, *ITEM, version=2)
    assert (before.item, before.newest) == (old, False)
    assert before.forms[0].version == 2
    with pytest.raises(NotFoundError):
        item_pages.read(session, analyst, *ITEM, version=4)


def test_under_ten_answers_nothing_is_said_of_them(session: Session, analyst: Actor) -> None:
    answered_by(session, analyst.organisation_id, FEWEST_SITTINGS - 1)
    assert item_pages.read(session, analyst, *ITEM).statistics is None
    answered_by(session, make_organisation(session, "Other Shop"), 30)
    assert item_pages.read(session, analyst, *ITEM).statistics is None, "others' answers are theirs"


def test_shares_are_those_of_finished_sittings_of_the_own_organisation(session: Session, analyst: Actor) -> None:
    answered_by(session, analyst.organisation_id, 20)
    answered_by(session, make_organisation(session, "Other Shop"), 15, first=20)
    form = content.form(session, form_of(session))
    place = [item.id for item in form.items].index("cold-soup")
    own = session.scalars(
        sa.select(Sitting).where(Sitting.organisation_id == analyst.organisation_id).order_by(Sitting.finished_at)
    ).all()
    own[0].finished_at = None  # still answering
    skipped = own[1]
    session.delete(session.get_one(Answer, (analyst.organisation_id, skipped.id, form.item_version_ids[place])))
    session.flush()
    found = item_pages.read(session, analyst, *ITEM).statistics
    assert found is not None
    assert (found.given, found.answered) == (19, 18)
    most, least = (side[2:20, place] for side in answers(form, 20))
    for k, (one, option) in enumerate(zip(found.chosen, form.items[place].options, strict=True)):
        assert one.option == option.id
        assert one.most == pytest.approx(sum(most == k) / 18)
        assert one.least == pytest.approx(sum(least == k) / 18)


def test_fit_comes_from_the_newest_calibration_and_is_none_before(session: Session, analyst: Actor) -> None:
    assert item_pages.read(session, analyst, *ITEM).fitted == ()
    draft = make_draft(session, analyst.organisation_id)
    (fitted,) = item_pages.read(session, analyst, *ITEM).fitted
    report = key_reviews.review(session, analyst, draft.id).report
    assert report is not None
    assert fitted.found in report.items
    assert (fitted.found.id, fitted.key_id, fitted.number, fitted.status) == ("cold-soup", draft.id, 2, "draft")


def test_a_form_of_others_is_not_named(session: Session, analyst: Actor) -> None:
    make_draft(session, analyst.organisation_id)
    session.get_one(Form, form_of(session)).organisations = json.dumps(["Somebody Else"])
    session.flush()
    page = item_pages.read(session, analyst, *ITEM)
    assert (page.forms, page.fitted) == ((), ())


@pytest.mark.parametrize("role", [Role.OWNER, Role.HR, Role.HIRING_MANAGER])
def test_nobody_but_analysts_reads_it(session: Session, analyst: Actor, role: Role) -> None:
    with pytest.raises(NotFoundError):
        item_pages.read(session, make_actor(session, analyst.organisation_id, role), *ITEM)


def test_as_many_statements_however_many_answers(session: Session, analyst: Actor) -> None:
    def statements() -> int:
        session.expire_all()
        with hiring.counted(session) as seen:
            item_pages.read(session, analyst, *ITEM)
        return len(seen)

    before = statements()
    answered_by(session, analyst.organisation_id, 30)
    assert statements() == before <= 7
