"""Which columns of which tables are kept, and how each is stored."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Float, Select, and_, case, func, select
from sqlmodel import col

from core.columns.moments import as_text, days, seconds
from db.tables import (
    Assessment,
    Decision,
    Delivery,
    Document,
    Episode,
    EpisodeEvent,
    Exam,
    Mailing,
    MailingItem,
    ModelRun,
    Outcome,
    Participant,
    Pathology,
    PriorRequest,
    Read,
    ReadUndone,
    Recall,
    RecallEvent,
    SecondCheck,
)

Kind = Literal["id", "day", "second", "number", "flag", "word"]


@dataclass(frozen=True)
class Column:
    """`kind`: "day" and "second" count from 1970, "flag" is 0, 1 or NONE, "number" a float64, "word" a place in a vocabulary."""

    name: str
    kind: Kind
    expression: Any


@dataclass(frozen=True)
class Source:
    """Columns of one table, its id first. `changes`: rows may change and `RowChange` says which; `joined`: what a row hangs on."""

    name: str
    columns: tuple[Column, ...]
    changes: bool = False
    joined: tuple[tuple[Any, Any], ...] = ()

    def query(self) -> Select[Any]:
        found = select(*(column.expression.label(column.name) for column in self.columns))
        for table, condition in self.joined:
            found = found.join(table, condition)
        return found

    @property
    def id(self) -> Any:
        return self.columns[0].expression


def _id(name: str, column: Any) -> Column:
    return Column(name, "id", col(column))


def _day(name: str, column: Any) -> Column:
    return Column(name, "day", days(col(column)))


def _second(name: str, column: Any) -> Column:
    return Column(name, "second", seconds(col(column)))


def _word(name: str, column: Any) -> Column:
    return Column(name, "word", as_text(col(column)))


def _number(name: str, column: Any) -> Column:
    return Column(name, "number", col(column))


def _flag(name: str, column: Any) -> Column:
    return Column(name, "flag", col(column))


def _said(name: str, column: Any, key: str) -> Column:
    """A text under a key of a JSON column."""
    return Column(name, "word", col(column)[key].as_string())


def _measured(name: str, column: Any, key: str) -> Column:
    """A number under a key of a JSON column."""
    return Column(name, "number", col(column)[key].as_string().cast(Float))


def _blind() -> Any:
    """1 where a read was signed without sight of the AI result and of other reads (`core.workflow.standing.is_blind`)."""
    run, reads = (func.coalesce(col(Read.seen)[key].as_string(), "") for key in ("run", "reads"))
    unseen = and_(~col(Read.saw_ai), run.in_(("", "null")), reads.in_(("", "[]", "null", "false", "0")))
    return case((unseen, 1), else_=0)


SOURCES: tuple[Source, ...] = (
    Source("participant", (
        _id("id", Participant.id), _id("site_id", Participant.site_id), _day("birth_day", Participant.birth_date),
        _word("sex", Participant.sex), _flag("synthetic", Participant.synthetic), _word("number", Participant.number),
    ), changes=True),
    Source("episode", (
        _id("id", Episode.id), _id("participant_id", Episode.participant_id), _id("programme_id", Episode.programme_id),
        _id("round", Episode.round),
    ), changes=True),
    Source("episodeevent", (
        _id("id", EpisodeEvent.id), _id("episode_id", EpisodeEvent.episode_id), _word("step", EpisodeEvent.step),
        _second("happened", EpisodeEvent.happened_at), _second("entered", EpisodeEvent.entered_at),
    )),
    Source("exam", (
        _id("id", Exam.id), _id("episode_id", Exam.episode_id), _id("site_id", Exam.site_id), _day("exam_day", Exam.exam_date),
        _second("received", Exam.received_at), _second("completed", Exam.completed_at), _flag("synthetic", Exam.synthetic),
        _flag("phantom", Exam.phantom), _said("manufacturer", Exam.technique, "manufacturer"), _said("kernel", Exam.technique, "kernel"),
        _measured("thickness_mm", Exam.technique, "thickness_mm"), _measured("ctdivol_mgy", Exam.technique, "ctdivol_mgy"),
        _measured("dlp_mgycm", Exam.technique, "dlp_mgycm"),
    ), changes=True),
    Source("priorrequest", (
        _id("id", PriorRequest.id), _id("exam_id", PriorRequest.exam_id), _word("step", PriorRequest.step), _second("at", PriorRequest.at),
    )),
    Source("decision", (
        _id("id", Decision.id), _id("exam_id", Decision.exam_id), _word("category", Decision.category),
        _word("decision", Decision.decision), _second("at", Decision.at),
    )),
    Source("read", (
        _id("id", Read.id), _id("exam_id", Read.exam_id), _id("reader_id", Read.reader_id), _word("decision", Read.decision),
        _second("at", Read.committed_at), _second("opened", Read.opened_at), _said("density", Read.opinion, "density"),
        Column("blind", "flag", _blind()),
    )),
    Source("readundone", (_id("id", ReadUndone.id), _id("read_id", ReadUndone.read_id), _second("at", ReadUndone.at))),
    Source("recall", (
        _id("id", Recall.id), _id("exam_id", Recall.exam_id), _day("due", Recall.due), _second("at", Recall.opened_at),
    )),
    Source("recallevent", (
        _id("id", RecallEvent.id), _id("recall_id", RecallEvent.recall_id), _word("step", RecallEvent.step), _second("at", RecallEvent.at),
    )),
    Source("modelrun", (
        _id("id", ModelRun.id), _id("exam_id", ModelRun.exam_id), _id("version_id", ModelRun.version_id),
        _word("outcome", ModelRun.outcome), _number("score", ModelRun.score), _number("step", ModelRun.step),
        _second("at", ModelRun.finished_at),
    )),
    Source("outcome", (
        _id("id", Outcome.id), _id("exam_id", Outcome.exam_id), _word("kind", Outcome.kind), _word("certainty", Outcome.certainty),
        _day("on", Outcome.happened_on), _second("at", Outcome.entered_at), _said("type", Outcome.detail, "type"),
        _measured("size_mm", Outcome.detail, "size_mm"), _said("stage", Outcome.detail, "stage"),
    )),
    Source("assessment", (
        _id("id", Assessment.id), _id("exam_id", Assessment.exam_id), _id("number", Assessment.number), _word("kind", Assessment.kind),
        _word("result", Assessment.result), _day("on", Assessment.happened_on), _second("at", Assessment.entered_at),
    )),
    Source("pathology", (
        _id("id", Pathology.id), _id("exam_id", Pathology.exam_id), _word("side", Pathology.side), _word("certainty", Pathology.certainty),
        _word("histology", Pathology.histology), _flag("invasive", Pathology.invasive), _number("size_mm", Pathology.size_mm),
        _number("grade", Pathology.grade), _flag("nodes_positive", Pathology.nodes_positive), _word("stage", Pathology.stage),
        _second("at", Pathology.entered_at),
    )),
    Source("secondcheck", (
        _id("id", SecondCheck.id), _word("subject", SecondCheck.subject), _id("row_id", SecondCheck.row_id),
        _word("verdict", SecondCheck.verdict), _second("at", SecondCheck.at),
    )),
    Source("document", (
        _id("id", Document.id), _id("exam_id", Document.exam_id), _word("kind", Document.kind), _second("at", Document.at),
    )),
    Source("delivery", (
        _id("id", Delivery.id), _id("episode_id", MailingItem.episode_id), _word("step", Delivery.step),
        _word("template", Mailing.template), _second("at", Delivery.at),
    ), joined=((MailingItem, col(MailingItem.id) == Delivery.item_id), (Mailing, col(Mailing.id) == MailingItem.mailing_id))),
)  # fmt: skip
"""In the order in which they are asked for: what others hang on comes first, so that nothing hangs on a row that is not there yet."""
