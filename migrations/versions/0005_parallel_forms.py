"""A form may be parallel to another: the second set of situations, for a retake."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("form") as table:
        table.add_column(sa.Column("parallel_to", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forms stay; which of them belong together is only in the bank's files then."""
    with op.batch_alter_table("form") as table:
        table.drop_column("parallel_to")
