"""The programme: cohorts, questionnaires, clinics, contacts, tasks, assessment and pathology, second checks, figures as given out"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import db.types
from db import triggers

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _there_already(name: str, *values: str) -> sa.types.TypeEngine[str]:
    """An enumeration that PostgreSQL knows when the table is made."""
    return sa.Enum(*values, name=name).with_variant(postgresql.ENUM(name=name, create_type=False), "postgresql")


CERTAINTY = _there_already("certainty", "provisional", "final")
CHANNEL = _there_already("channel", "letter", "email", "text", "phone", "in_person")
APPEND_ONLY = (
    "appointment", "appointmentevent", "assessment", "cohortmember", "cohortversion", "contact", "delivery", "figuresnapshot",
    "indicatorsetting", "mailing", "mailingitem", "participantmerge", "participantsapart", "pathology", "secondcheck", "task", "taskevent",
)  # fmt: skip


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TYPE episodestep ADD VALUE IF NOT EXISTS 'booked' AFTER 'invited'")
    _tables()
    op.add_column("exam", sa.Column("technique", db.types.Json, server_default="{}", nullable=False))
    op.execute("ALTER TABLE outcome ADD COLUMN list_id VARCHAR(36) REFERENCES handedinlist (id)")
    _checked_before()
    for table in APPEND_ONLY:
        for statement in triggers.create(op.get_context().dialect.name, table):
            op.execute(sa.text(statement.replace(":", "\\:")))


def _checked_before() -> None:
    """Outcomes that were entered before a second person looked at them keep counting."""
    op.execute(
        "INSERT INTO secondcheck (subject, row_id, verdict, author_id, note, at) "
        "SELECT 'outcome', id, 'approved', NULL, 'Entered before entries were checked', entered_at FROM outcome"
    )


def _tables() -> None:
    op.create_table(
        "clinic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("starts_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("closed_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("closed_because", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("clinic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clinic_site_id"), ["site_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_clinic_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("retired_at", db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "figuresnapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked", db.types.Json, nullable=False),
        sa.Column("answered", db.types.Json, nullable=False),
        sa.Column("definitions", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "handedinlist",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.Enum("participants", "registry", name="listkind"), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("object_key", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("mapping", db.types.Json, nullable=False),
        sa.Column("looked", db.types.Json, nullable=False),
        sa.Column("result", db.types.Json, nullable=False),
        sa.Column("workflow_id", sa.String(length=80), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("handed_in_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("finished_at", db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("handedinlist", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handedinlist_site_id"), ["site_id"], unique=False)

    op.create_table(
        "indicatorsetting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("value", db.types.Json, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("indicatorsetting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicatorsetting_card_id"), ["card_id"], unique=False)

    op.create_table(
        "mailing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.String(length=32), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("template_version", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.Enum("letter", "email", "text", "phone", "in_person", name="channel"), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("mailing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mailing_site_id"), ["site_id"], unique=False)

    op.create_table(
        "secondcheck",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Enum("approved", "refused", name="checkverdict"), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subject", "row_id"),
    )
    with op.batch_alter_table("secondcheck", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_secondcheck_row_id"), ["row_id"], unique=False)

    op.create_table(
        "cohortversion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("selection", db.types.Json, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohort.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cohort_id", "version"),
    )
    with op.batch_alter_table("cohortversion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cohortversion_cohort_id"), ["cohort_id"], unique=False)

    op.create_table(
        "participantmerge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("moved", db.types.Json, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["from_id"],
            ["participant.id"],
        ),
        sa.ForeignKeyConstraint(
            ["into_id"],
            ["participant.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("from_id"),
    )
    with op.batch_alter_table("participantmerge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participantmerge_into_id"), ["into_id"], unique=False)

    op.create_table(
        "participantsapart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["first_id"],
            ["participant.id"],
        ),
        sa.ForeignKeyConstraint(
            ["second_id"],
            ["participant.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("first_id", "second_id"),
    )
    op.create_table(
        "questionnaire",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("answers", db.types.Json, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("started_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("saved_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("submitted_at", db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("questionnaire", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_questionnaire_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "cohortmember",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["cohortversion.id"],
        ),
        sa.PrimaryKeyConstraint("version_id", "participant_id"),
    )
    with op.batch_alter_table("cohortmember", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cohortmember_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "mailingitem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=True),
        sa.Column("said", db.types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["episode_id"],
            ["episode.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mailing_id"],
            ["mailing.id"],
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("mailingitem", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mailingitem_mailing_id"), ["mailing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mailingitem_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("clinic_visit", "imaging", "pet_ct", "fine_needle", "core_biopsy", "open_biopsy", "surgery", name="assessmentkind"),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("detail", db.types.Json, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("entered_at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["exam_id"],
            ["exam.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_entered_at"), ["entered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_assessment_exam_id"), ["exam_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Enum("prepared", "sent", "failed", "withheld", name="deliverystep"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["mailingitem.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_item_id"), ["item_id"], unique=False)

    op.create_table(
        "pathology",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("certainty", CERTAINTY, nullable=False),
        sa.Column("histology", sa.String(length=64), nullable=False),
        sa.Column("invasive", sa.Boolean(), nullable=True),
        sa.Column("size_mm", sa.Float(), nullable=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("nodes_positive", sa.Boolean(), nullable=True),
        sa.Column("stage", sa.String(length=8), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("detail", db.types.Json, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("entered_at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["exam_id"],
            ["exam.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("pathology", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pathology_entered_at"), ["entered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_pathology_exam_id"), ["exam_id"], unique=False)

    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("recall_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("made_at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinic.id"],
        ),
        sa.ForeignKeyConstraint(
            ["episode_id"],
            ["episode.id"],
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"],
            ["recall.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_clinic_id"), ["clinic_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_episode_id"), ["episode_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_recall_id"), ["recall_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=True),
        sa.Column("recall_id", sa.Integer(), nullable=True),
        sa.Column("channel", CHANNEL, nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["episode_id"],
            ["episode.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mailing_id"],
            ["mailing.id"],
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"],
            ["recall.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_episode_id"), ["episode_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_recall_id"), ["recall_id"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "short_term_recall",
                "assessment",
                "technical_recall",
                "next_round",
                "missed_appointment",
                "no_answer",
                "outcome_missing",
                "result_not_told",
                name="taskkind",
            ),
            nullable=False,
        ),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=True),
        sa.Column("recall_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_until", sa.Date(), nullable=False),
        sa.Column("made_at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["episode_id"],
            ["episode.id"],
        ),
        sa.ForeignKeyConstraint(
            ["exam_id"],
            ["exam.id"],
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"],
            ["recall.id"],
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_due"), ["due"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_episode_id"), ["episode_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_exam_id"), ["exam_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_recall_id"), ["recall_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_site_id"), ["site_id"], unique=False)

    op.create_table(
        "appointmentevent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "booked",
                "checked_in",
                "started",
                "screened",
                "partially_screened",
                "attended_not_screened",
                "did_not_attend",
                "cancelled",
                name="appointmentstep",
            ),
            nullable=False,
        ),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("appointment_id", "number"),
    )
    with op.batch_alter_table("appointmentevent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointmentevent_appointment_id"), ["appointment_id"], unique=False)

    op.create_table(
        "placeheld",
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinic.id"],
        ),
        sa.PrimaryKeyConstraint("clinic_id", "slot", "place"),
        sa.UniqueConstraint("appointment_id"),
    )
    op.create_table(
        "taskevent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Enum("opened", "tried", "escalated", "lost", "found_again", "closed", name="taskstep"), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=True),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["exam_id"],
            ["exam.id"],
        ),
        sa.ForeignKeyConstraint(
            ["task_id"],
            ["task.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("taskevent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_taskevent_task_id"), ["task_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("appointments, tasks and outcomes would be lost; restore the backup made before the upgrade instead")
