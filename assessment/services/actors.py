"""Who is acting: handed to every service, so that it loads only what this person may see."""

import uuid
from dataclasses import dataclass

from assessment.services.errors import NotFoundError
from assessment.services.permissions import Permission, Role, may


@dataclass(frozen=True)
class Actor:
    """A signed-in member, in the organisation they act for."""

    organisation_id: uuid.UUID
    member_id: uuid.UUID
    role: Role
    name: str
    email: str
    organisation: str
    synthetic: bool

    def may(self, permission: Permission) -> bool:
        """Whether the policy lets this member do it."""
        return may(self.role, permission)

    def need(self, permission: Permission) -> None:
        """Refuse as if the thing did not exist."""
        if not self.may(permission):
            raise NotFoundError


@dataclass(frozen=True)
class Invited:
    """A candidate with a valid link: this invitation of this organisation, and nothing else."""

    organisation_id: uuid.UUID
    invitation_id: uuid.UUID
