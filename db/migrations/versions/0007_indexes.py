"""Indexes for what is asked of a large programme"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_participantfact_kind", "participantfact", ["kind", "participant_id", "valid_from"]),
    ("ix_participant_birth_date", "participant", ["birth_date"]),
    ("ix_participant_identifier_key", "participant", ["identifier_key"]),
    ("ix_read_reader_committed", "read", ["reader_id", "committed_at"]),
    ("ix_exam_received_at", "exam", ["received_at"]),
    ("ix_taskevent_task_step", "taskevent", ["task_id", "step"]),
    ("ix_episode_opened_at", "episode", ["opened_at"]),
    ("ix_appointmentevent_step", "appointmentevent", ["step", "appointment_id"]),
    ("ix_decision_decision", "decision", ["decision", "exam_id"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, _table, _columns in INDEXES:
        op.drop_index(name)
