"""Items are known by what their files say of them now, reviews included, and by whether they were retired."""

import json
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BANK_ITEM = sa.table(
    "bank_item",
    sa.column("id", sa.Uuid()),
    sa.column("bank", sa.Text()),
    sa.column("item", sa.Text()),
    sa.column("practice", sa.Boolean()),
    sa.column("status", sa.Text()),
    sa.column("organisations", sa.Text()),
    sa.column("content", sa.Text()),
)


def upgrade() -> None:
    op.create_table(
        "bank_item",
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("organisations", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reviews", sa.Text(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_by", sa.Text(), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'trial', 'live', 'retired')", name=op.f("ck_bank_item_status")),
        sa.CheckConstraint(
            "(retired_at IS NULL) = (retired_by IS NULL) AND (retired_at IS NULL) = (retired_reason IS NULL)",
            name=op.f("ck_bank_item_retired_by"),
        ),
        sa.CheckConstraint("retired_at IS NULL OR status = 'retired'", name=op.f("ck_bank_item_retired_stays")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_item")),
        sa.UniqueConstraint("bank", "item", name=op.f("uq_bank_item_bank_item")),
    )
    _known_items()


def _known_items() -> None:
    """Every item that has a version, as its newest one says, for whoever may use a form of its bank."""
    connection = op.get_bind()
    forms = connection.execute(sa.text("SELECT bank, organisations FROM form ORDER BY created_at"))
    organisations = {row.bank: row.organisations for row in forms}
    versions = sa.text("SELECT bank, item, practice, content FROM item_version ORDER BY version").columns(
        practice=sa.Boolean()
    )
    newest = {(row.bank, row.item): row for row in connection.execute(versions)}
    rows = [
        {
            "id": uuid.uuid4(),
            "bank": bank,
            "item": item,
            "practice": row.practice,
            "status": json.loads(row.content)["status"],
            "organisations": organisations.get(bank, "[]"),
            "content": row.content,
        }
        for (bank, item), row in newest.items()
    ]
    if rows:
        op.bulk_insert(BANK_ITEM, rows)


def downgrade() -> None:
    """What was retired is given again; reviews stay in the bank's files."""
    op.drop_table("bank_item")
