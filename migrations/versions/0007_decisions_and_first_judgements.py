"""What is decided about a person has five kinds, is told or says why not, and may follow a first judgement."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = "'shortlisted', 'offered', 'declined', 'withdrawn', 'kept_for_later', 'back_to_list'"
BEFORE = "Candidates were not told of decisions then."


def upgrade() -> None:
    with op.batch_alter_table("vacancy") as table:
        table.add_column(sa.Column("judgement_first", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("candidacy") as table:
        table.add_column(sa.Column("disposition", sa.Text(), nullable=True))
        table.drop_constraint(op.f("ck_candidacy_pilot_is_never_shortlisted"), type_="check")
    op.execute("UPDATE candidacy SET disposition = 'shortlisted' WHERE shortlisted")
    with op.batch_alter_table("candidacy") as table:
        table.drop_column("shortlisted")
        table.create_check_constraint(op.f("ck_candidacy_disposition"), f"disposition IN ({KINDS})")
        table.create_check_constraint(op.f("ck_candidacy_disposition_stands"), "disposition <> 'back_to_list'")
        table.create_check_constraint(
            op.f("ck_candidacy_pilot_is_never_decided"), "pilot_id IS NULL OR disposition IS NULL"
        )
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("not_told", sa.Text(), nullable=True))
        table.add_column(sa.Column("profile_version_id", sa.Uuid(), nullable=True))
        table.drop_constraint(op.f("ck_decision_kind"), type_="check")
        table.create_check_constraint(op.f("ck_decision_kind"), f"kind IN ({KINDS})")
        table.create_foreign_key(
            op.f("fk_decision_organisation_id_profile_version_id"),
            "profile_version",
            ["organisation_id", "profile_version_id"],
            ["organisation_id", "id"],
        )
    op.execute(sa.text("UPDATE decision SET not_told = :before").bindparams(before=BEFORE))
    op.create_table(
        "judgement",
        sa.Column("candidacy_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_judgement_rating")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_judgement_number")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_judgement_organisation_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "candidacy_id"],
            ["candidacy.organisation_id", "candidacy.id"],
            name=op.f("fk_judgement_organisation_id_candidacy_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_judgement_organisation_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_judgement")),
        sa.UniqueConstraint(
            "organisation_id",
            "candidacy_id",
            "member_id",
            "number",
            name=op.f("uq_judgement_organisation_id_candidacy_id_member_id_number"),
        ),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["organisation_id", "subject_id"])


def downgrade() -> None:
    """Judgements go. Of decisions, an offer is a place on the shortlist; every other kind is none."""
    op.drop_index("ix_audit_entry_subject", "audit_entry")
    op.drop_table("judgement")
    with op.batch_alter_table("decision") as table:
        table.drop_constraint(op.f("ck_decision_kind"), type_="check")
        table.drop_constraint(op.f("fk_decision_organisation_id_profile_version_id"), type_="foreignkey")
        table.drop_column("profile_version_id")
        table.drop_column("not_told")
    op.execute("UPDATE decision SET kind = 'shortlisted' WHERE kind = 'offered'")
    op.execute("UPDATE decision SET kind = 'back_to_list' WHERE kind <> 'shortlisted'")
    with op.batch_alter_table("decision") as table:
        table.create_check_constraint(op.f("ck_decision_kind"), "kind IN ('shortlisted', 'back_to_list')")
    with op.batch_alter_table("candidacy") as table:
        table.add_column(sa.Column("shortlisted", sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ("disposition", "disposition_stands", "pilot_is_never_decided"):
            table.drop_constraint(op.f(f"ck_candidacy_{name}"), type_="check")
    op.execute("UPDATE candidacy SET shortlisted = TRUE WHERE disposition IN ('shortlisted', 'offered')")
    with op.batch_alter_table("candidacy") as table:
        table.drop_column("disposition")
        table.create_check_constraint(
            op.f("ck_candidacy_pilot_is_never_shortlisted"), "pilot_id IS NULL OR NOT shortlisted"
        )
    with op.batch_alter_table("vacancy") as table:
        table.drop_column("judgement_first")
