"""Every table of the house, so that one import knows them all."""

from assessment.store import content, hiring, interviews, inviting, people, profiles, records, sittings
from assessment.store.base import Base

__all__ = ["METADATA", "content", "hiring", "interviews", "inviting", "people", "profiles", "records", "sittings"]

METADATA = Base.metadata
