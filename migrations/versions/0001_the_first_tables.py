"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form",
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("organisations", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form")),
        sa.UniqueConstraint("bank", "name", "digest", name=op.f("uq_form_bank_name_digest")),
    )
    op.create_table(
        "item_version",
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_version")),
        sa.UniqueConstraint("bank", "item", "version", name=op.f("uq_item_version_bank_item_version")),
    )
    op.create_table(
        "login",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_login_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login")),
        sa.UniqueConstraint("email", name=op.f("uq_login_email")),
    )
    op.create_table(
        "organisation",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("group_threshold", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("group_threshold BETWEEN 0.5 AND 0.95", name=op.f("ck_organisation_group_threshold")),
        sa.CheckConstraint("retention_days BETWEEN 1 AND 3650", name=op.f("ck_organisation_retention_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
    )
    op.create_table(
        "prior_version",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prior_version")),
        sa.UniqueConstraint("digest", name=op.f("uq_prior_version_digest")),
    )
    op.create_table(
        "candidate",
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(erased_at IS NULL) = (email IS NOT NULL) AND (erased_at IS NULL) = (name IS NOT NULL)",
            name=op.f("ck_candidate_erased_is_nameless"),
        ),
        sa.CheckConstraint("email IS NULL OR email = lower(email)", name=op.f("ck_candidate_email_lower")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_candidate_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_candidate")),
        sa.UniqueConstraint("organisation_id", "email", name=op.f("uq_candidate_organisation_id_email")),
    )
    op.create_index("ix_candidate_email", "candidate", ["email"], unique=False)
    op.create_table(
        "form_item",
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_form_item_position")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_item_form_id")),
        sa.ForeignKeyConstraint(["item_version_id"], ["item_version.id"], name=op.f("fk_form_item_item_version_id")),
        sa.PrimaryKeyConstraint("form_id", "position", name=op.f("pk_form_item")),
        sa.UniqueConstraint("form_id", "item_version_id", name=op.f("uq_form_item_form_id_item_version_id")),
    )
    op.create_index(op.f("ix_form_item_item_version_id"), "form_item", ["item_version_id"], unique=False)
    op.create_table(
        "key_version",
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("pilot_n", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("pilot_n >= 0", name=op.f("ck_key_version_pilot_n")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_key_version_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_version")),
        sa.UniqueConstraint("form_id", "digest", name=op.f("uq_key_version_form_id_digest")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_key_version_form_id_number")),
    )
    op.create_table(
        "member",
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'hr', 'hiring_manager', 'analyst')", name=op.f("ck_member_role")),
        sa.ForeignKeyConstraint(["login_id"], ["login.id"], name=op.f("fk_member_login_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_member_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_member")),
        sa.UniqueConstraint("organisation_id", "login_id", name=op.f("uq_member_organisation_id_login_id")),
    )
    op.create_index(op.f("ix_member_login_id"), "member", ["login_id"], unique=False)
    op.create_table(
        "notice_version",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("who_sees", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("retention", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_notice_version_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_notice_version")),
        sa.UniqueConstraint(
            "organisation_id", "language", "number", name=op.f("uq_notice_version_organisation_id_language_number")
        ),
    )
    op.create_table(
        "role_profile",
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_role_profile_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_role_profile")),
        sa.UniqueConstraint(
            "organisation_id", "sector", "role", name=op.f("uq_role_profile_organisation_id_sector_role")
        ),
    )
    op.create_table(
        "audit_entry",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(actor = 'member') = (member_id IS NOT NULL)", name=op.f("ck_audit_entry_member")),
        sa.CheckConstraint("actor IN ('member', 'candidate', 'system')", name=op.f("ck_audit_entry_actor")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_audit_entry_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_audit_entry_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["organisation_id", "at"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_login_session_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_login_session_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    op.create_table(
        "outbox",
        sa.Column("candidate_id", sa.Uuid(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "candidate_id"],
            ["candidate.organisation_id", "candidate.id"],
            name=op.f("fk_outbox_organisation_id_candidate_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_outbox_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_due", "outbox", ["sent_at", "due_at"], unique=False)
    op.create_table(
        "profile_version",
        sa.Column("role_profile_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(status = 'draft') = (number IS NULL) AND (status = 'draft') = (published_at IS NULL) AND (status = 'draft') = (reason IS NULL)",
            name=op.f("ck_profile_version_published_is_complete"),
        ),
        sa.CheckConstraint("status IN ('draft', 'published')", name=op.f("ck_profile_version_status")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "published_by"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_profile_version_organisation_id_published_by"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "role_profile_id"],
            ["role_profile.organisation_id", "role_profile.id"],
            name=op.f("fk_profile_version_organisation_id_role_profile_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_profile_version_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_profile_version")),
        sa.UniqueConstraint(
            "organisation_id",
            "role_profile_id",
            "number",
            name=op.f("uq_profile_version_organisation_id_role_profile_id_number"),
        ),
    )
    op.create_index(
        "uq_profile_version_one_draft",
        "profile_version",
        ["organisation_id", "role_profile_id"],
        unique=True,
        sqlite_where=sa.text("status = 'draft'"),
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.create_table(
        "profile_attribute",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("profile_version_id", sa.Uuid(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("tolerance", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("band_evidence", sa.Text(), nullable=False),
        sa.Column("band_source", sa.Text(), nullable=False),
        sa.Column("band_n", sa.Integer(), nullable=True),
        sa.Column("band_date", sa.Date(), nullable=False),
        sa.Column("band_expiry", sa.Date(), nullable=True),
        sa.Column("weight_evidence", sa.Text(), nullable=False),
        sa.Column("weight_source", sa.Text(), nullable=False),
        sa.Column("weight_n", sa.Integer(), nullable=True),
        sa.Column("weight_date", sa.Date(), nullable=False),
        sa.Column("weight_expiry", sa.Date(), nullable=True),
        sa.CheckConstraint("weight = 0 OR task <> ''", name=op.f("ck_profile_attribute_weight_needs_task")),
        sa.CheckConstraint("high IS NULL OR high BETWEEN 0 AND 100", name=op.f("ck_profile_attribute_high")),
        sa.CheckConstraint("low IS NULL OR high IS NULL OR low < high", name=op.f("ck_profile_attribute_band")),
        sa.CheckConstraint("low IS NULL OR low BETWEEN 0 AND 100", name=op.f("ck_profile_attribute_low")),
        sa.CheckConstraint("tolerance > 0", name=op.f("ck_profile_attribute_tolerance")),
        sa.CheckConstraint("weight BETWEEN 0 AND 3", name=op.f("ck_profile_attribute_weight")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "profile_version_id"],
            ["profile_version.organisation_id", "profile_version.id"],
            name=op.f("fk_profile_attribute_organisation_id_profile_version_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "profile_version_id", "attribute", name=op.f("pk_profile_attribute")
        ),
    )
    op.create_table(
        "vacancy",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("role_profile_id", sa.Uuid(), nullable=False),
        sa.Column("profile_version_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("names_hidden", sa.Boolean(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_vacancy_closed_at")),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_vacancy_status")),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 365", name=op.f("ck_vacancy_answer_days")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_vacancy_form_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "profile_version_id"],
            ["profile_version.organisation_id", "profile_version.id"],
            name=op.f("fk_vacancy_organisation_id_profile_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "role_profile_id"],
            ["role_profile.organisation_id", "role_profile.id"],
            name=op.f("fk_vacancy_organisation_id_role_profile_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_vacancy_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_vacancy")),
    )
    op.create_table(
        "candidacy",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("vacancy_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shortlisted", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "candidate_id"],
            ["candidate.organisation_id", "candidate.id"],
            name=op.f("fk_candidacy_organisation_id_candidate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "vacancy_id"],
            ["vacancy.organisation_id", "vacancy.id"],
            name=op.f("fk_candidacy_organisation_id_vacancy_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_candidacy_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_candidacy")),
        sa.UniqueConstraint(
            "organisation_id",
            "candidate_id",
            "vacancy_id",
            name=op.f("uq_candidacy_organisation_id_candidate_id_vacancy_id"),
        ),
        sa.UniqueConstraint(
            "organisation_id", "vacancy_id", "number", name=op.f("uq_candidacy_organisation_id_vacancy_id_number")
        ),
    )
    op.create_table(
        "decision",
        sa.Column("candidacy_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('shortlisted', 'back_to_list')", name=op.f("ck_decision_kind")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "candidacy_id"],
            ["candidacy.organisation_id", "candidacy.id"],
            name=op.f("fk_decision_organisation_id_candidacy_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_decision_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_decision_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_candidacy", "decision", ["organisation_id", "candidacy_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("candidacy_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("other_way_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("other_way_note", sa.Text(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "candidacy_id"],
            ["candidacy.organisation_id", "candidacy.id"],
            name=op.f("fk_invitation_organisation_id_candidacy_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_invitation_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_invitation")),
    )
    op.create_index("ix_invitation_candidacy", "invitation", ["organisation_id", "candidacy_id"], unique=False)
    op.create_table(
        "access_link",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(purpose = 'sign_in' AND member_id IS NOT NULL AND invitation_id IS NULL) OR (purpose = 'invitation' AND invitation_id IS NOT NULL AND member_id IS NULL)",
            name=op.f("ck_access_link_subject"),
        ),
        sa.CheckConstraint("purpose IN ('sign_in', 'invitation')", name=op.f("ck_access_link_purpose")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invitation_id"],
            ["invitation.organisation_id", "invitation.id"],
            name=op.f("fk_access_link_organisation_id_invitation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_access_link_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_access_link_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_link_token_hash")),
    )
    op.create_index("ix_access_link_invitation", "access_link", ["organisation_id", "invitation_id"], unique=False)
    op.create_table(
        "acknowledgement",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("notice_version_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invitation_id"],
            ["invitation.organisation_id", "invitation.id"],
            name=op.f("fk_acknowledgement_organisation_id_invitation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "notice_version_id"],
            ["notice_version.organisation_id", "notice_version.id"],
            name=op.f("fk_acknowledgement_organisation_id_notice_version_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "invitation_id", name=op.f("pk_acknowledgement")),
    )
    op.create_table(
        "sitting",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("option_order", sa.Text(), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("devices >= 1", name=op.f("ck_sitting_devices")),
        sa.CheckConstraint(
            "finished_at IS NULL OR finished_at >= started_at", name=op.f("ck_sitting_finished_after_start")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_sitting_form_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invitation_id"],
            ["invitation.organisation_id", "invitation.id"],
            name=op.f("fk_sitting_organisation_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_sitting_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_sitting")),
        sa.UniqueConstraint("organisation_id", "invitation_id", name=op.f("uq_sitting_organisation_id_invitation_id")),
    )
    op.create_table(
        "answer",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.Column("most", sa.Text(), nullable=False),
        sa.Column("least", sa.Text(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("most <> least", name=op.f("ck_answer_most_is_not_least")),
        sa.ForeignKeyConstraint(["item_version_id"], ["item_version.id"], name=op.f("fk_answer_item_version_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sitting_id"],
            ["sitting.organisation_id", "sitting.id"],
            name=op.f("fk_answer_organisation_id_sitting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "sitting_id", "item_version_id", name=op.f("pk_answer")),
    )
    op.create_table(
        "result",
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("key_version_id", sa.Uuid(), nullable=False),
        sa.Column("prior_version_id", sa.Uuid(), nullable=False),
        sa.Column("scoring_version", sa.Text(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Text(), nullable=True),
        sa.Column("own_covariance", sa.Text(), nullable=True),
        sa.Column("covariance", sa.Text(), nullable=True),
        sa.Column("keyed", sa.Text(), nullable=False),
        sa.Column("p_random", sa.Double(), nullable=True),
        sa.Column("form_digest", sa.Text(), nullable=False),
        sa.Column("key_digest", sa.Text(), nullable=False),
        sa.Column("prior_digest", sa.Text(), nullable=False),
        sa.Column("answers_digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(mean IS NULL) = (own_covariance IS NULL) AND (mean IS NULL) = (covariance IS NULL) AND (mean IS NULL) = (p_random IS NULL)",
            name=op.f("ck_result_scored_whole_or_not"),
        ),
        sa.CheckConstraint("p_random IS NULL OR p_random BETWEEN 0 AND 1", name=op.f("ck_result_p_random")),
        sa.ForeignKeyConstraint(["key_version_id"], ["key_version.id"], name=op.f("fk_result_key_version_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sitting_id"],
            ["sitting.organisation_id", "sitting.id"],
            name=op.f("fk_result_organisation_id_sitting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_result_organisation_id")),
        sa.ForeignKeyConstraint(["prior_version_id"], ["prior_version.id"], name=op.f("fk_result_prior_version_id")),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_result")),
        sa.UniqueConstraint(
            "organisation_id",
            "sitting_id",
            "key_version_id",
            "prior_version_id",
            "scoring_version",
            name=op.f("uq_result_organisation_id_sitting_id_key_version_id_prior_version_id_scoring_version"),
        ),
    )
    op.create_table(
        "sitting_device",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("device >= 1", name=op.f("ck_sitting_device_device")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sitting_id"],
            ["sitting.organisation_id", "sitting.id"],
            name=op.f("fk_sitting_device_organisation_id_sitting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "sitting_id", "device", name=op.f("pk_sitting_device")),
    )
    op.create_table(
        "answer_event",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.Column("most", sa.Text(), nullable=False),
        sa.Column("least", sa.Text(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("most_position", sa.Integer(), nullable=False),
        sa.Column("least_position", sa.Integer(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("most <> least", name=op.f("ck_answer_event_most_is_not_least")),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_answer_event_sequence")),
        sa.ForeignKeyConstraint(["item_version_id"], ["item_version.id"], name=op.f("fk_answer_event_item_version_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sitting_id", "device"],
            ["sitting_device.organisation_id", "sitting_device.sitting_id", "sitting_device.device"],
            name=op.f("fk_answer_event_organisation_id_sitting_id_device"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "sitting_id", "idempotency_key", name=op.f("pk_answer_event")),
    )


def downgrade() -> None:
    op.drop_table("answer_event")
    op.drop_table("sitting_device")
    op.drop_table("result")
    op.drop_table("answer")
    op.drop_table("sitting")
    op.drop_table("acknowledgement")
    op.drop_index("ix_access_link_invitation", table_name="access_link")
    op.drop_table("access_link")
    op.drop_index("ix_invitation_candidacy", table_name="invitation")
    op.drop_table("invitation")
    op.drop_index("ix_decision_candidacy", table_name="decision")
    op.drop_table("decision")
    op.drop_table("candidacy")
    op.drop_table("vacancy")
    op.drop_table("profile_attribute")
    op.drop_index(
        "uq_profile_version_one_draft",
        table_name="profile_version",
        sqlite_where=sa.text("status = 'draft'"),
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.drop_table("profile_version")
    op.drop_index("ix_outbox_due", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("login_session")
    op.drop_index("ix_audit_entry_at", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_table("role_profile")
    op.drop_table("notice_version")
    op.drop_index(op.f("ix_member_login_id"), table_name="member")
    op.drop_table("member")
    op.drop_table("key_version")
    op.drop_index(op.f("ix_form_item_item_version_id"), table_name="form_item")
    op.drop_table("form_item")
    op.drop_index("ix_candidate_email", table_name="candidate")
    op.drop_table("candidate")
    op.drop_table("prior_version")
    op.drop_table("organisation")
    op.drop_table("login")
    op.drop_table("item_version")
    op.drop_table("form")
