"""The recalls that nobody has closed in a small table of their own, kept by triggers, as the undecided exams are"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OPENED = "INSERT INTO openrecall (recall_id, site_id) SELECT NEW.id, exam.site_id FROM exam WHERE exam.id = NEW.exam_id"
CLOSED = "DELETE FROM openrecall WHERE recall_id = NEW.recall_id"


def upgrade() -> None:
    op.create_table(
        "openrecall",
        sa.Column("recall_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("recall_id"),
    )
    op.execute(
        "INSERT INTO openrecall (recall_id, site_id) SELECT recall.id, exam.site_id FROM recall JOIN exam ON exam.id = recall.exam_id "
        "WHERE recall.id NOT IN (SELECT recall_id FROM recallevent WHERE step = 'closed')"
    )
    if op.get_context().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER recall_opened AFTER INSERT ON recall BEGIN {OPENED}; END")
        op.execute(f"CREATE TRIGGER recall_closed AFTER INSERT ON recallevent WHEN NEW.step = 'closed' BEGIN {CLOSED}; END")
        return
    op.execute(f"CREATE FUNCTION recall_opened() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {OPENED}; RETURN NULL; END $$")
    op.execute("CREATE TRIGGER recall_opened AFTER INSERT ON recall FOR EACH ROW EXECUTE FUNCTION recall_opened()")
    op.execute(f"CREATE FUNCTION recall_closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {CLOSED}; RETURN NULL; END $$")
    op.execute(
        "CREATE TRIGGER recall_closed AFTER INSERT ON recallevent FOR EACH ROW WHEN (NEW.step = 'closed') EXECUTE FUNCTION recall_closed()"
    )


def downgrade() -> None:
    raise NotImplementedError("drop the triggers and the table by hand; nothing but speed is lost")
