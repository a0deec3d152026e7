"""Plain functions that make things for tests, each with what it needs and nothing else."""

import functools
import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from assessment import paths
from assessment.bank.content import RoleProfile
from assessment.bank.loading import read_bank
from assessment.services import members
from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles
from assessment.store.people import Organisation
from tests.conftest import START


def make_organisation(session: Session, name: str = "Test Organisation", now: datetime = START) -> uuid.UUID:
    """An organisation with the library's profiles."""
    organisation_id = members.found_organisation(session, name, "hiring@test.example", now)
    role_profiles.copy_library(session, organisation_id, _library(), now)
    return organisation_id


@functools.cache
def _library() -> Mapping[str, RoleProfile]:
    return read_bank(paths.ITEM_BANK).profiles


def make_actor(
    session: Session,
    organisation_id: uuid.UUID,
    role: Role = Role.HR,
    name: str = "Member",
    now: datetime = START,
) -> Actor:
    """A member of the organisation, acting."""
    email = f"{role}-{uuid.uuid4().hex[:8]}@test.example"
    member_id = members.add(session, organisation_id, name, email, role, now)
    organisation = session.get_one(Organisation, organisation_id)
    return Actor(organisation_id, member_id, role, name, email, organisation.name, organisation.synthetic)
