"""The exams without a decision in a small table of their own, kept by triggers, so that a queue need not look at every exam"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CAME = "INSERT INTO undecidedexam (exam_id, site_id) VALUES (NEW.id, NEW.site_id)"
DECIDED = "DELETE FROM undecidedexam WHERE exam_id = NEW.exam_id"
MOVED = "UPDATE undecidedexam SET site_id = NEW.site_id WHERE exam_id = NEW.id"
GONE = "DELETE FROM undecidedexam WHERE exam_id = OLD.id"
WHEN = (
    ("exam_came", "INSERT ON exam", CAME),
    ("exam_decided", "INSERT ON decision", DECIDED),
    ("exam_moved", "UPDATE OF site_id ON exam", MOVED),
    ("exam_removed", "DELETE ON exam", GONE),
)


def upgrade() -> None:
    op.create_table(
        "undecidedexam",
        sa.Column("exam_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("exam_id"),
    )
    op.execute("INSERT INTO undecidedexam (exam_id, site_id) SELECT id, site_id FROM exam WHERE id NOT IN (SELECT exam_id FROM decision)")
    for name, when, does in WHEN:
        if op.get_context().dialect.name == "sqlite":
            op.execute(f"CREATE TRIGGER {name} AFTER {when} BEGIN {does}; END")
        else:
            op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does}; RETURN NULL; END $$")
            op.execute(f"CREATE TRIGGER {name} AFTER {when} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    raise NotImplementedError("drop the triggers and the table by hand; nothing but speed is lost")
