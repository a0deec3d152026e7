"""Pilots, keys under review, norm groups and accommodations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pilot",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_pilot_status")),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_pilot_closed_at")),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 365", name=op.f("ck_pilot_answer_days")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_pilot_form_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_pilot_organisation_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "created_by"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_pilot_organisation_id_created_by"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_pilot")),
    )
    op.create_table(
        "norm_version",
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("key_version_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('sector', 'language', 'vacancy')", name=op.f("ck_norm_version_kind")),
        sa.CheckConstraint("people >= 1 AND left_out >= 0", name=op.f("ck_norm_version_people")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_norm_version_form_id")),
        sa.ForeignKeyConstraint(["key_version_id"], ["key_version.id"], name=op.f("fk_norm_version_key_version_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_norm_version_organisation_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "created_by"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_norm_version_organisation_id_created_by"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_norm_version")),
        sa.UniqueConstraint(
            "organisation_id",
            "form_id",
            "kind",
            "value",
            "number",
            name=op.f("uq_norm_version_organisation_id_form_id_kind_value_number"),
        ),
    )
    _upgrade_keys()
    with op.batch_alter_table("notice_version") as table:
        table.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default="hiring"))
        table.drop_constraint(op.f("uq_notice_version_organisation_id_language_number"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_notice_version_organisation_id_kind_language_number"),
            ["organisation_id", "kind", "language", "number"],
        )
        table.create_check_constraint(op.f("ck_notice_version_kind"), "kind IN ('hiring', 'pilot')")
    with op.batch_alter_table("candidacy") as table:
        table.alter_column("vacancy_id", existing_type=sa.Uuid(), nullable=True)
        table.add_column(sa.Column("pilot_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("accommodation", sa.Text(), nullable=True))
        table.add_column(sa.Column("accommodated_at", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(
            op.f("fk_candidacy_organisation_id_pilot_id"),
            "pilot",
            ["organisation_id", "pilot_id"],
            ["organisation_id", "id"],
        )
        table.create_unique_constraint(
            op.f("uq_candidacy_organisation_id_candidate_id_pilot_id"), ["organisation_id", "candidate_id", "pilot_id"]
        )
        table.create_unique_constraint(
            op.f("uq_candidacy_organisation_id_pilot_id_number"), ["organisation_id", "pilot_id", "number"]
        )
        table.create_check_constraint(
            op.f("ck_candidacy_vacancy_or_pilot"), "(vacancy_id IS NULL) <> (pilot_id IS NULL)"
        )
        table.create_check_constraint(
            op.f("ck_candidacy_pilot_is_never_shortlisted"), "pilot_id IS NULL OR NOT shortlisted"
        )
        table.create_check_constraint(
            op.f("ck_candidacy_accommodated_at"), "(accommodation IS NULL) = (accommodated_at IS NULL)"
        )


def _upgrade_keys() -> None:
    """The keys that are there are the experts', in force since they were made, with the one prior there is."""
    with op.batch_alter_table("key_version") as table:
        table.add_column(sa.Column("prior_version_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("status", sa.Text(), nullable=False, server_default="published"))
        table.add_column(sa.Column("report", sa.Text(), nullable=True))
        table.add_column(sa.Column("reason", sa.Text(), nullable=True))
        table.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("decided_by", sa.Text(), nullable=True))
    op.execute(
        "UPDATE key_version SET decided_at = created_at,"
        " prior_version_id = (SELECT id FROM prior_version ORDER BY created_at DESC, digest LIMIT 1)"
    )
    with op.batch_alter_table("key_version") as table:
        table.alter_column("prior_version_id", existing_type=sa.Uuid(), nullable=False)
        table.create_foreign_key(op.f("fk_key_version_prior_version_id"), "prior_version", ["prior_version_id"], ["id"])
        table.create_check_constraint(op.f("ck_key_version_status"), "status IN ('draft', 'published', 'discarded')")
        table.create_check_constraint(op.f("ck_key_version_decided_at"), "(status = 'draft') = (decided_at IS NULL)")


def downgrade() -> None:
    """Pilots and what volunteers answered in them go, and so do norm groups and drafts of keys."""
    _delete_pilots()
    with op.batch_alter_table("candidacy") as table:
        for name in ("vacancy_or_pilot", "pilot_is_never_shortlisted", "accommodated_at"):
            table.drop_constraint(op.f(f"ck_candidacy_{name}"), type_="check")
        table.drop_constraint(op.f("uq_candidacy_organisation_id_candidate_id_pilot_id"), type_="unique")
        table.drop_constraint(op.f("uq_candidacy_organisation_id_pilot_id_number"), type_="unique")
        table.drop_constraint(op.f("fk_candidacy_organisation_id_pilot_id"), type_="foreignkey")
        for name in ("pilot_id", "accommodation", "accommodated_at"):
            table.drop_column(name)
        table.alter_column("vacancy_id", existing_type=sa.Uuid(), nullable=False)
    with op.batch_alter_table("notice_version") as table:
        table.drop_constraint(op.f("ck_notice_version_kind"), type_="check")
        table.drop_constraint(op.f("uq_notice_version_organisation_id_kind_language_number"), type_="unique")
        table.drop_column("kind")
        table.create_unique_constraint(
            "uq_notice_version_organisation_id_language_number", ["organisation_id", "language", "number"]
        )
    op.drop_table("norm_version")
    op.drop_table("pilot")
    op.execute("DELETE FROM key_version WHERE status <> 'published'")
    with op.batch_alter_table("key_version") as table:
        table.drop_constraint(op.f("ck_key_version_status"), type_="check")
        table.drop_constraint(op.f("ck_key_version_decided_at"), type_="check")
        table.drop_constraint(op.f("fk_key_version_prior_version_id"), type_="foreignkey")
        for name in ("prior_version_id", "status", "report", "reason", "decided_at", "decided_by"):
            table.drop_column(name)


def _delete_pilots() -> None:
    """Children first; the candidates themselves stay, they may be in a vacancy as well."""
    candidacies = "SELECT organisation_id, id FROM candidacy WHERE pilot_id IS NOT NULL"
    invitations = f"SELECT organisation_id, id FROM invitation WHERE (organisation_id, candidacy_id) IN ({candidacies})"
    sittings = f"SELECT organisation_id, id FROM sitting WHERE (organisation_id, invitation_id) IN ({invitations})"
    for table, column, rows in (
        ("result", "sitting_id", sittings),
        ("answer", "sitting_id", sittings),
        ("answer_event", "sitting_id", sittings),
        ("sitting_device", "sitting_id", sittings),
        ("sitting", "invitation_id", invitations),
        ("acknowledgement", "invitation_id", invitations),
        ("access_link", "invitation_id", invitations),
        ("invitation", "candidacy_id", candidacies),
    ):
        op.execute(f"DELETE FROM {table} WHERE (organisation_id, {column}) IN ({rows})")
    op.execute("DELETE FROM candidacy WHERE pilot_id IS NOT NULL")
    op.execute("DELETE FROM notice_version WHERE kind = 'pilot'")
