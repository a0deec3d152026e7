"""Drafts for tests: one attribute changed, kept or published."""

import dataclasses
import uuid
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.profiles import preview, publishing, role_profiles, tuning
from assessment.services.profiles.role_profiles import Need
from assessment.services.scoring import pools
from tests.conftest import Clock

REASON = "Asked for by the shop managers"


@pytest.fixture(scope="session", autouse=True)
def small_pools() -> Iterator[None]:
    """Fewer simulated people, for modules that import this: what is tested does not hang on their number."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pools, "PEOPLE", preview.SIMULATED + 20)
        yield


def shop_floor(session: Session, actor: Actor) -> uuid.UUID:
    """The role profile that tests tune."""
    return next(one.id for one in role_profiles.choices(session, actor) if one.title == "Shop floor")


def changed(rows: Sequence[Need], attribute: str = "tact", **values: object) -> tuple[Need, ...]:
    """The rows with one attribute changed."""
    return tuple(
        dataclasses.replace(row, **values) if row.attribute == attribute else row  # type: ignore[arg-type]
        for row in rows
    )


def keep_change(session: Session, actor: Actor, clock: Clock, attribute: str = "tact", **values: object) -> None:
    """A draft of the shop floor with one attribute changed."""
    profile_id = shop_floor(session, actor)
    tuning.begin(session, actor, profile_id, clock.go_on(minutes=1))
    kept = tuning.state(session, actor, profile_id)
    rows = changed(kept.rows, attribute, **values)
    tuning.keep(session, actor, profile_id, rows, seen=kept.changed_at, now=clock.go_on(minutes=1))


def publish_change(
    session: Session, actor: Actor, clock: Clock, attribute: str = "tact", *, reason: str = REASON, **values: object
) -> int:
    """A new version of the shop floor with one attribute changed; its number."""
    keep_change(session, actor, clock, attribute, **(values or {"weight": 2.0}))
    profile_id = shop_floor(session, actor)
    seen = tuning.state(session, actor, profile_id).changed_at
    return publishing.publish(session, actor, profile_id, reason, accepted=True, seen=seen, now=clock.go_on(minutes=1))
