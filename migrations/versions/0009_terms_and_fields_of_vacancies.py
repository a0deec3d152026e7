"""A vacancy has a last day, a number of places, its own retention, and fields for plain facts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("vacancy") as table:
        table.add_column(sa.Column("last_day", sa.Date(), nullable=True))
        table.add_column(sa.Column("places", sa.Integer(), nullable=True))
        table.add_column(sa.Column("retention_days", sa.Integer(), nullable=True))
        table.create_check_constraint(op.f("ck_vacancy_places"), "places BETWEEN 1 AND 10000")
        table.create_check_constraint(op.f("ck_vacancy_retention_days"), "retention_days BETWEEN 1 AND 3650")
    op.create_table(
        "vacancy_field",
        sa.Column("vacancy_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('yes_no', 'one_of', 'text', 'number')", name=op.f("ck_vacancy_field_kind")),
        sa.CheckConstraint("place BETWEEN 1 AND 10", name=op.f("ck_vacancy_field_place")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_vacancy_field_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "vacancy_id"],
            ["vacancy.organisation_id", "vacancy.id"],
            name=op.f("fk_vacancy_field_organisation_id_vacancy_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_vacancy_field")),
        sa.UniqueConstraint(
            "organisation_id", "vacancy_id", "place", name=op.f("uq_vacancy_field_organisation_id_vacancy_id_place")
        ),
    )
    op.create_table(
        "candidate_fact",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("candidacy_id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "candidacy_id"],
            ["candidacy.organisation_id", "candidacy.id"],
            name=op.f("fk_candidate_fact_organisation_id_candidacy_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "field_id"],
            ["vacancy_field.organisation_id", "vacancy_field.id"],
            name=op.f("fk_candidate_fact_organisation_id_field_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "candidacy_id", "field_id", name=op.f("pk_candidate_fact")),
    )


def downgrade() -> None:
    """Facts go, and vacancies are kept as long as their organisation keeps everything."""
    op.drop_table("candidate_fact")
    op.drop_table("vacancy_field")
    with op.batch_alter_table("vacancy") as table:
        table.drop_constraint(op.f("ck_vacancy_retention_days"), type_="check")
        table.drop_constraint(op.f("ck_vacancy_places"), type_="check")
        table.drop_column("retention_days")
        table.drop_column("places")
        table.drop_column("last_day")
