"""An organisation has its own invitation letter, reminders, and public links of vacancies."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation_setting",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("first_reminder", sa.Integer(), nullable=True),
        sa.Column("second_reminder", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(subject IS NULL) = (text IS NULL)", name=op.f("ck_invitation_setting_letter_whole_or_not")
        ),
        sa.CheckConstraint("first_reminder BETWEEN 1 AND 30", name=op.f("ck_invitation_setting_first_reminder")),
        sa.CheckConstraint(
            "second_reminder IS NULL OR (first_reminder IS NOT NULL AND second_reminder BETWEEN 1 AND 29"
            " AND second_reminder < first_reminder)",
            name=op.f("ck_invitation_setting_second_reminder"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_invitation_setting_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_invitation_setting")),
    )
    op.create_table(
        "reminder",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number IN (1, 2)", name=op.f("ck_reminder_number")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invitation_id"],
            ["invitation.organisation_id", "invitation.id"],
            name=op.f("fk_reminder_organisation_id_invitation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "invitation_id", "number", name=op.f("pk_reminder")),
    )
    op.create_table(
        "public_link",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("vacancy_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("invited >= 0", name=op.f("ck_public_link_invited")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "vacancy_id"],
            ["vacancy.organisation_id", "vacancy.id"],
            name=op.f("fk_public_link_organisation_id_vacancy_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "vacancy_id", name=op.f("pk_public_link")),
        sa.UniqueConstraint("token", name=op.f("uq_public_link_token")),
    )


def downgrade() -> None:
    """The standard letter is sent again, nobody is reminded, and public links open nothing."""
    op.drop_table("public_link")
    op.drop_table("reminder")
    op.drop_table("invitation_setting")
