"""Who may do what. Read the table as the policy; nothing else grants anything."""

from enum import StrEnum, auto

from assessment.store.people import Role

__all__ = ["POLICY", "Permission", "Role", "may"]


class Permission(StrEnum):
    SEE_VACANCIES = auto()
    SEE_CANDIDATES = auto()
    INVITE = auto()
    SHORTLIST = auto()
    DECIDE = auto()
    MANAGE_VACANCIES = auto()
    SEE_PROFILES = auto()
    TUNE_PROFILES = auto()
    PUBLISH_PROFILES = auto()
    SEE_QUALITY_NOTES = auto()
    ANSWER_REQUESTS = auto()
    SEE_MAIL = auto()
    SEE_AUDIT_LOG = auto()
    SEE_PILOTS = auto()
    MANAGE_PILOTS = auto()
    MAKE_NORMS = auto()
    SEE_KEYS = auto()
    PUBLISH_KEYS = auto()
    RETIRE_ITEMS = auto()
    OWN_ACCOUNT = auto()


_P = Permission

POLICY: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(set(_P) - {_P.SEE_KEYS, _P.PUBLISH_KEYS, _P.RETIRE_ITEMS}),
    Role.HR: frozenset(set(_P) - {_P.SEE_KEYS, _P.PUBLISH_KEYS, _P.RETIRE_ITEMS}),
    Role.HIRING_MANAGER: frozenset(
        {
            _P.SEE_VACANCIES,
            _P.SEE_CANDIDATES,
            _P.INVITE,
            _P.SHORTLIST,
            _P.DECIDE,
            _P.SEE_PROFILES,
            _P.OWN_ACCOUNT,
        }
    ),
    Role.ANALYST: frozenset(
        {
            _P.SEE_PROFILES,
            _P.SEE_PILOTS,
            _P.MAKE_NORMS,
            _P.SEE_KEYS,
            _P.PUBLISH_KEYS,
            _P.RETIRE_ITEMS,
            _P.OWN_ACCOUNT,
        }
    ),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether the policy grants `permission` to `role`."""
    return permission in POLICY[role]
