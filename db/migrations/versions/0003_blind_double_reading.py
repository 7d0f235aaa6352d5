"""Blind double reading: reads taken back, arbitration, sittings, requests for priors, registrations, documents"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import db.types
from db import triggers

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DECISION = sa.Enum("routine_recall", "short_term_recall", "assessment", "technical_recall", name="programmedecision").with_variant(
    postgresql.ENUM(name="programmedecision", create_type=False), "postgresql"
)
"""The type that the first migration made."""
APPEND_ONLY = (
    "arbitration",
    "arbitrationauthor",
    "document",
    "nodulematch",
    "priorrequest",
    "readingsessionstep",
    "readundone",
    "registration",
    "reveal",
)


def upgrade() -> None:
    _read_with_revisions()
    _new_columns()
    _new_tables()
    for table in APPEND_ONLY:
        _append_only(table)


def _append_only(table: str) -> None:
    for statement in triggers.create(op.get_context().dialect.name, table):
        op.execute(sa.text(statement.replace(":", "\\:")))


def _read_with_revisions() -> None:
    """SQLite can only rebuild the table, which loses its triggers; nothing points at `read` yet."""
    sqlite = op.get_context().dialect.name == "sqlite"
    naming = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
    with op.batch_alter_table("read", schema=None, naming_convention=naming if sqlite else None) as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("seen", db.types.Json, server_default="{}", nullable=False))
        batch_op.drop_constraint("uq_read_exam_id" if sqlite else "read_exam_id_reader_id_key", type_="unique")
        batch_op.create_unique_constraint("uq_read_exam_reader_revision", ["exam_id", "reader_id", "revision"])
    if sqlite:
        _append_only("read")


def _new_columns() -> None:
    """Added in place: other tables point at `exam`, so SQLite must not rebuild it."""
    op.add_column("aipolicy", sa.Column("settings", db.types.Json, server_default="{}", nullable=False))
    op.add_column("exam", sa.Column("expected_parts", db.types.Json, server_default="[]", nullable=False))
    op.execute("ALTER TABLE exam ADD COLUMN follows_exam_id INTEGER REFERENCES exam (id)")


def _new_tables() -> None:
    op.create_table(
        "readingsession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("started_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reader_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("readingsession", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_readingsession_reader_id"), ["reader_id"], unique=False)

    op.create_table(
        "arbitration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=8), nullable=False),
        sa.Column(
            "decision",
            DECISION,
            nullable=False,
        ),
        sa.Column("opinion", db.types.Json, nullable=False),
        sa.Column("seen", db.types.Json, nullable=False),
        sa.Column("opened_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_id"],
            ["exam.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("exam_id"),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("report", "letter", name="documentkind"), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("template_version", sa.String(length=16), nullable=False),
        sa.Column("object_key", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("detail", db.types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["exam_id"],
            ["exam.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_exam_id"), ["exam_id"], unique=False)

    op.create_table(
        "priorrequest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Enum("pending", "requested", "received", "not_available", "not_needed", name="priorstep"), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["exam_id"],
            ["exam.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("priorrequest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_priorrequest_exam_id"), ["exam_id"], unique=False)

    op.create_table(
        "readingsessionstep",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("opened", "read", "skipped", "deferred", "priors_requested", name="sessionstepkind"), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_id"],
            ["exam.id"],
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["readingsession.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("readingsessionstep", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_readingsessionstep_session_id"), ["session_id"], unique=False)

    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("earlier_exam_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("matrix", db.types.Json, nullable=False),
        sa.Column("quality", db.types.Json, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["earlier_exam_id"],
            ["exam.id"],
        ),
        sa.ForeignKeyConstraint(
            ["exam_id"],
            ["exam.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_exam_id"), ["exam_id"], unique=False)

    op.create_table(
        "arbitrationauthor",
        sa.Column("arbitration_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["arbitration_id"],
            ["arbitration.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("arbitration_id", "user_id"),
    )
    op.create_table(
        "reveal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exam_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_id"],
            ["exam.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["modelrun.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("exam_id", "user_id", "run_id"),
    )
    with op.batch_alter_table("reveal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reveal_exam_id"), ["exam_id"], unique=False)

    op.create_table(
        "nodulematch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("earlier_exam_id", sa.Integer(), nullable=False),
        sa.Column("earlier_finding_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("detail", db.types.Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["earlier_exam_id"],
            ["exam.id"],
        ),
        sa.ForeignKeyConstraint(
            ["earlier_finding_id"],
            ["finding.id"],
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["finding.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("nodulematch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nodulematch_earlier_exam_id"), ["earlier_exam_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_nodulematch_finding_id"), ["finding_id"], unique=False)

    op.create_table(
        "readundone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("read_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["read_id"],
            ["read.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("read_id"),
    )


def downgrade() -> None:
    raise NotImplementedError("reads taken back and arbitrations would be lost; restore the backup made before the upgrade instead")
