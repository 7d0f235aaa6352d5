"""Reports of models: what an evaluation on labelled images said, shipped with a card or handed in by the hospital"""

import sqlalchemy as sa
from alembic import op

import db.types
from db import triggers

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "modelreport",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("made_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("added_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", db.types.Json, nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["app_user.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["modelversion.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("version_id", "sha256"),
    )
    op.create_index(op.f("ix_modelreport_version_id"), "modelreport", ["version_id"], unique=False)
    for statement in triggers.create(op.get_context().dialect.name, "modelreport"):
        op.execute(sa.text(statement.replace(":", "\\:")))


def downgrade() -> None:
    raise NotImplementedError("reports that were handed in would be lost; take them out by hand first")
