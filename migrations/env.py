"""Alembic's entry: works on the connection that `assessment.store.schema` hands over."""

from alembic import context

from assessment.store.base import Numbers, UTCDateTime
from assessment.store.tables import METADATA

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Run migrations with: assessment db upgrade")


def _plain_types(kind: str, column_type: object, _autogen_context: object) -> str | bool:
    """A migration names the database's own types, so that it keeps its meaning when our classes change."""
    if kind == "type" and isinstance(column_type, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.Text()" if kind == "type" and isinstance(column_type, Numbers) else False


context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_item=_plain_types,
    transactional_ddl=True,  # SQLite can, Alembic does not expect it to
)
with context.begin_transaction():
    context.run_migrations()
