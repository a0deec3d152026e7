"""What candidates ask a person for is kept until somebody answers it, and shows who did."""

import uuid
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BETWEEN_NOTES = "\n\n– – –\n\n"

INVITATION = sa.table(
    "invitation",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("candidacy_id", sa.Uuid()),
    sa.column("other_way_asked_at", sa.DateTime(timezone=True)),
    sa.column("other_way_note", sa.Text()),
)
REQUEST = sa.table(
    "candidate_request",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("invitation_id", sa.Uuid()),
    sa.column("kind", sa.Text()),
    sa.column("note", sa.Text()),
    sa.column("asked_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    op.create_table(
        "candidate_request",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('other_way', 'look_again')", name=op.f("ck_candidate_request_kind")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_candidate_request_answered_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_candidate_request_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invitation_id"],
            ["invitation.organisation_id", "invitation.id"],
            name=op.f("fk_candidate_request_organisation_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "answered_by"],
            ["member.organisation_id", "member.id"],
            name=op.f("fk_candidate_request_organisation_id_answered_by"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_candidate_request")),
    )
    op.create_index("ix_candidate_request_invitation", "candidate_request", ["organisation_id", "invitation_id"])
    _keep(_other_ways() + _looks_again())
    with op.batch_alter_table("invitation") as table:
        table.drop_column("other_way_asked_at")
        table.drop_column("other_way_note")


def _other_ways() -> list[dict[str, Any]]:
    """What was added later stands in one text with what was asked first."""
    asked = sa.select(INVITATION).where(INVITATION.c.other_way_asked_at.is_not(None))
    return [
        _request(row.organisation_id, row.id, "other_way", note, row.other_way_asked_at)
        for row in op.get_bind().execute(asked).all()
        for note in (row.other_way_note or "").split(BETWEEN_NOTES)
    ]


def _looks_again() -> list[dict[str, Any]]:
    """Only the log knows of them; the words are in letters, where they stay. Who was erased asks for nothing."""
    asked = sa.text(
        "SELECT entry.organisation_id, entry.subject_id, entry.at FROM audit_entry AS entry"
        " JOIN invitation ON invitation.organisation_id = entry.organisation_id AND invitation.id = entry.subject_id"
        " JOIN candidacy ON candidacy.organisation_id = entry.organisation_id"
        " AND candidacy.id = invitation.candidacy_id"
        " JOIN candidate ON candidate.organisation_id = entry.organisation_id"
        " AND candidate.id = candidacy.candidate_id"
        " WHERE entry.action = 'asked a person to look again' AND candidate.erased_at IS NULL"
        " AND invitation.revoked_at IS NULL"
    ).columns(organisation_id=sa.Uuid(), subject_id=sa.Uuid(), at=sa.DateTime(timezone=True))
    return [_request(*row[:2], "look_again", "", row.at) for row in op.get_bind().execute(asked).all()]


def _request(organisation_id: uuid.UUID, invitation_id: uuid.UUID, kind: str, note: str, at: Any) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "id": uuid.uuid4(),
        "invitation_id": invitation_id,
        "kind": kind,
        "note": note,
        "asked_at": at,
    }


def _keep(rows: list[dict[str, Any]]) -> None:
    if rows:
        op.bulk_insert(REQUEST, rows)


def downgrade() -> None:
    """Wishes for another way go back to their invitations; of other requests only the log knows."""
    with op.batch_alter_table("invitation") as table:
        table.add_column(sa.Column("other_way_asked_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("other_way_note", sa.Text(), nullable=True))
    connection = op.get_bind()
    kept: dict[tuple[uuid.UUID, uuid.UUID], list[Any]] = {}
    asked = sa.select(REQUEST).where(REQUEST.c.kind == "other_way").order_by(REQUEST.c.asked_at)
    for row in connection.execute(asked).all():
        kept.setdefault((row.organisation_id, row.invitation_id), []).append(row)
    for (organisation_id, invitation_id), rows in kept.items():
        connection.execute(
            sa.update(INVITATION)
            .where(INVITATION.c.organisation_id == organisation_id, INVITATION.c.id == invitation_id)
            .values(
                other_way_asked_at=rows[-1].asked_at,
                other_way_note=BETWEEN_NOTES.join(row.note for row in rows),
            )
        )
    op.drop_table("candidate_request")
