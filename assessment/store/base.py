"""What every table shares: names of constraints, kinds of columns, and the key of an organisation's rows."""

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is taken off on the way in and put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone; pass an aware datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Numbers(sa.types.TypeDecorator[list[float]]):
    """A short list of finite numbers as JSON text, readable by anybody who opens the database."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[float] | None, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps([float(number) for number in value], allow_nan=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> list[float] | None:
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this name from the class
        datetime: UTCDateTime(),
        uuid.UUID: sa.Uuid(),
        str: sa.Text(),
        list[float]: Numbers(),
    }


class Installation:
    """A row that belongs to the whole installation."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


class OfOrganisation:
    """A row of one organisation's data: the organisation is part of its key and of every foreign key."""

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


def belongs_to(column: str, table: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """A foreign key that can't leave the organisation: (organisation_id, `column`) to the row of `table`."""
    return sa.ForeignKeyConstraint(
        ["organisation_id", column], [f"{table}.organisation_id", f"{table}.id"], ondelete=ondelete
    )


def one_of(column: str, values: type[StrEnum]) -> sa.CheckConstraint:
    """`column` holds one of the values of a closed list."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def points_to(column: InstrumentedAttribute[Any], table: type[OfOrganisation]) -> sa.ColumnElement[bool]:
    """The join from a foreign key to its row, within the organisation; `column` may be of an alias."""
    child = column.parent.entity
    return sa.and_(child.organisation_id == table.organisation_id, column == table.id)
