"""A vacancy has a panel, and each of its members rates an interview by themselves before seeing the others'."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("vacancy") as table:
        table.add_column(sa.Column("panel_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("vacancy") as table:
        table.alter_column("panel_only", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    op.create_table(
        "panel_member",
        sa.Column("vacancy_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("may_rate", sa.Boolean(), nullable=False),
        sa.Column("may_decide", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        *_key("panel_member"),
        _belongs_to("panel_member", "vacancy_id", "vacancy"),
        _belongs_to("panel_member", "member_id", "member"),
        sa.UniqueConstraint(
            "organisation_id",
            "vacancy_id",
            "member_id",
            name=op.f("uq_panel_member_organisation_id_vacancy_id_member_id"),
        ),
    )
    op.create_table(
        "interview_sheet",
        sa.Column("candidacy_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        *_key("interview_sheet"),
        _belongs_to("interview_sheet", "candidacy_id", "candidacy"),
        _belongs_to("interview_sheet", "member_id", "member"),
        sa.UniqueConstraint(
            "organisation_id",
            "candidacy_id",
            "member_id",
            name=op.f("uq_interview_sheet_organisation_id_candidacy_id_member_id"),
        ),
        sa.CheckConstraint(
            "handed_in_at IS NULL OR looked_at IS NULL", name=op.f("ck_interview_sheet_handed_in_before_looking")
        ),
    )
    op.create_table(
        "interview_rating",
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        *_key("interview_rating"),
        _belongs_to("interview_rating", "sheet_id", "interview_sheet", ondelete="CASCADE"),
        sa.UniqueConstraint(
            "organisation_id",
            "sheet_id",
            "question",
            name=op.f("uq_interview_rating_organisation_id_sheet_id_question"),
        ),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_interview_rating_rating")),
    )
    op.create_table(
        "interview_addition",
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        *_key("interview_addition"),
        _belongs_to("interview_addition", "sheet_id", "interview_sheet", ondelete="CASCADE"),
    )
    op.create_index("ix_interview_addition_sheet", "interview_addition", ["organisation_id", "sheet_id"])


def _key(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """The key of an organisation's rows."""
    return (
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f(f"pk_{table}")),
    )


def _belongs_to(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{other}.organisation_id", f"{other}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
        ondelete=ondelete,
    )


def downgrade() -> None:
    """Ratings and panels go; every vacancy is open to all hiring managers again."""
    op.drop_table("interview_addition")
    op.drop_table("interview_rating")
    op.drop_table("interview_sheet")
    op.drop_table("panel_member")
    with op.batch_alter_table("vacancy") as table:
        table.drop_column("panel_only")
