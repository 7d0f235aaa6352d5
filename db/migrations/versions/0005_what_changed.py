"""Which rows of the tables that may change have changed, so that what was computed from them can be brought up to date"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WATCHED = {
    "exam": ("episode_id", "site_id", "exam_date", "completed_at", "synthetic", "technique"),
    "episode": ("participant_id", "programme_id", "round"),
    "participant": ("birth_date", "sex", "site_id"),
}


def upgrade() -> None:
    installation = op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(installation, [{"id": 1, "mark": str(uuid4())}])
    op.create_table(
        "rowchange",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for table, columns in WATCHED.items():
        for statement in _watch(op.get_context().dialect.name, table, columns):
            op.execute(sa.text(statement.replace(":", "\\:")))


def _watch(dialect: str, table: str, columns: tuple[str, ...]) -> list[str]:
    note = f"INSERT INTO rowchange (subject, row_id) VALUES ('{table}', {{row}}.id)"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_changed AFTER UPDATE OF {', '.join(columns)} ON {table} BEGIN {note.format(row='NEW')}; END",
            f"CREATE TRIGGER {table}_gone AFTER DELETE ON {table} BEGIN {note.format(row='OLD')}; END",
        ]
    return [
        f"CREATE FUNCTION {table}_changed() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {note.format(row='(COALESCE(NEW, OLD))')}; RETURN NULL; END $$",
        f"CREATE TRIGGER {table}_changed AFTER UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_changed()",
        f"CREATE TRIGGER {table}_gone AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_changed()",
    ]


def downgrade() -> None:
    op.drop_table("rowchange")
    op.drop_table("installation")
