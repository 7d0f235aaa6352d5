"""What hangs on the exams of the cohort: reads, outcomes, what was done to find out, what the tissue said, AI results."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core.columns import NONE, Rows
from core.columns.places import Ints, highest, last, lowest, places, rank
from core.workflow.cohort_rows import SECONDS_A_DAY, Bools, Chosen, at, day, number, second, word
from db.enums import AssessmentKind, Certainty, CheckVerdict, DeliveryStep, DocumentKind, ModelState, RecallStep, RunOutcome
from db.tables import ModelStatus, ModelVersion

NEEDLE = (AssessmentKind.fine_needle.value, AssessmentKind.core_biopsy.value)
OPEN = (AssessmentKind.open_biopsy.value,)
RESULTS = ("malignant", "uncertain", "benign", "inadequate")
"""Of a biopsy, the worst first."""
RESULT_MESSAGES = "result"  # templates whose id begins so tell a result


def reads(chosen: Chosen) -> dict[str, Any]:
    """The first two reads side by side, how many there are, when the last one was signed, and the density it gave."""
    table, undone = chosen.kept["read"], chosen.kept["readundone"]
    taken_back = undone["read_id"][chosen.before(undone)]
    table = table.take(chosen.before(table) & ~np.isin(table["id"], taken_back))
    rows, n = chosen.rows(table["exam_id"]), len(chosen)
    order = np.where(rows >= 0, rank(rows), -1)
    both = [last(np.where(order == place, rows, -1), n) for place in (0, 1)]
    dense = last(np.where(table["density"] >= 0, rows, -1), n)
    return {
        "reads": np.bincount(rows[rows >= 0], minlength=n), "read_at": second(highest(rows, table["at"], n, NONE)),
        "density": word(table, "density", dense), "first_decision": word(table, "decision", both[0]),
        "second_decision": word(table, "decision", both[1]), "first_reader": number(table, "reader_id", both[0]),
        "second_reader": number(table, "reader_id", both[1]),
    }  # fmt: skip


def outcomes(chosen: Chosen, *, final_only: bool) -> dict[str, Any]:
    """What was known of each exam in the end: the last entry that a second person had approved, and what the tissue said."""
    table = _counting(chosen, "outcome")
    if final_only:
        table = table.take(table.is_word("certainty", Certainty.final.value))
    found = last(chosen.rows(table["exam_id"]), len(chosen))
    tissue = _tissue(chosen, final_only=final_only)
    own = {"histology": word(table, "type", found), "size_mm": number(table, "size_mm", found), "stage": word(table, "stage", found)}
    return {
        "outcome": word(table, "kind", found), "outcome_certainty": word(table, "certainty", found),
        "outcome_on": day(at(table, "on", found)),
        **_first_known(tissue, own), "unchecked": _unchecked(chosen),
    }  # fmt: skip


def assessments(chosen: Chosen) -> dict[str, Any]:
    """When something was done after a recall, and what a biopsy said."""
    table = _counting(chosen, "assessment")
    rows, n = chosen.rows(table["exam_id"]), len(chosen)
    newest = _newest_of_each(rows, table["number"])
    rows = np.where(newest, rows, -1)
    needle, opened = table.is_word("kind", *NEEDLE), table.is_word("kind", *OPEN)
    seen = _attended(chosen)
    done = lowest(rows, table["on"], n, NONE)
    first_seen = np.where(done == NONE, seen, np.where(seen == NONE, done, np.minimum(done, seen)))
    result = np.full(n, None, dtype=object)
    for said in reversed(RESULTS):
        result[rows[(rows >= 0) & (needle | opened) & table.is_word("result", said)]] = said
    return {
        "assessed_on": day(first_seen), "biopsied_on": day(lowest(np.where(needle | opened, rows, -1), table["on"], n, NONE)),
        "biopsy_needle": _any(rows, needle, n), "biopsy_open": _any(rows, opened, n), "biopsy_result": result,
    }  # fmt: skip


def told(chosen: Chosen) -> dict[str, Any]:
    """When the participant was first told the result, by a letter about the exam or a sent message about its round."""
    letters, sent = chosen.kept["document"], chosen.kept["delivery"]
    letters = letters.take(chosen.before(letters) & letters.is_word("kind", DocumentKind.letter.value))
    by_letter = lowest(chosen.rows(letters["exam_id"]), letters["at"], len(chosen), NONE)
    results = [template for template in sent.words["template"] if template.startswith(RESULT_MESSAGES)]
    sent = sent.take(chosen.before(sent) & sent.is_word("step", DeliveryStep.sent.value) & sent.is_word("template", *results))
    of_episode = places(chosen.kept["episode"]["id"], sent["episode_id"])
    by_round = lowest(of_episode, sent["at"], len(chosen.kept["episode"]), NONE)[chosen.episodes]
    by_round = np.where(by_round // SECONDS_A_DAY < chosen.kept["exam"]["exam_day"][chosen.exams], NONE, by_round)
    both = np.where(by_letter == NONE, by_round, np.where(by_round == NONE, by_letter, np.minimum(by_letter, by_round)))
    return {"told_on": day(np.where(both == NONE, NONE, both // SECONDS_A_DAY))}


def recalls(chosen: Chosen) -> NDArray[np.int64]:
    """The day on which the last recall of each exam is due, NONE without one."""
    table = chosen.kept["recall"]
    table = table.take(chosen.before(table))
    return at(table, "due", last(chosen.rows(table["exam_id"]), len(chosen)))


def runs(session: Session, chosen: Chosen) -> dict[str, Any]:
    """The newest score of each exam by a version that was not in shadow then."""
    shadow = _in_shadow(session, chosen.moment)
    table = chosen.kept["modelrun"]
    table = table.take(chosen.before(table) & table.is_word("outcome", RunOutcome.scored.value) & ~np.isin(table["version_id"], shadow))
    found = last(chosen.rows(table["exam_id"]), len(chosen))
    versions = session.exec(select(ModelVersion)).all()
    names = {version.id or 0: (f"{version.name}.{version.tag}", version.synthetic) for version in versions}
    by_id = at(table, "version_id", found)
    model, synthetic = np.full(len(chosen), None, dtype=object), np.full(len(chosen), None, dtype=object)
    for version_id, (name, invented) in names.items():
        model[by_id == version_id], synthetic[by_id == version_id] = name, invented
    return {"score": number(table, "score", found), "step": number(table, "step", found), "model": model, "model_synthetic": synthetic}


def _in_shadow(session: Session, moment: int) -> list[int]:
    rows = session.exec(select(ModelStatus).order_by(col(ModelStatus.id))).all()
    states = {row.version_id: row.state for row in rows if row.at.timestamp() < moment}
    return [version_id for version_id, state in states.items() if state == ModelState.shadow]


def _counting(chosen: Chosen, name: str) -> Rows:
    """The entries of a table that a second person had approved."""
    table, checks = chosen.kept[name], chosen.kept["secondcheck"]
    good = checks.is_word("subject", name) & checks.is_word("verdict", CheckVerdict.approved.value) & chosen.before(checks)
    return table.take(chosen.before(table) & np.isin(table["id"], checks["row_id"][good]))


def _unchecked(chosen: Chosen) -> Bools:
    """Where an entry waits for its second person."""
    checks = chosen.kept["secondcheck"]
    found = np.zeros(len(chosen), bool)
    for name in ("outcome", "assessment", "pathology"):
        table = chosen.kept[name]
        said = checks["row_id"][checks.is_word("subject", name) & chosen.before(checks)]
        rows = chosen.rows(table["exam_id"][chosen.before(table) & ~np.isin(table["id"], said)])
        found[rows[rows >= 0]] = True
    return found


def _tissue(chosen: Chosen, *, final_only: bool) -> dict[str, Any]:
    """The newest pathology of each exam and side; of two sides the invasive one."""
    table = _counting(chosen, "pathology")
    if final_only:
        table = table.take(table.is_word("certainty", Certainty.final.value))
    rows, n = chosen.rows(table["exam_id"]), len(chosen)
    rows = np.where(_newest_of_each(rows, table["side"]), rows, -1)
    invasive = table["invasive"] == 1
    found = np.where((some := last(np.where(invasive, rows, -1), n)) >= 0, some, last(rows, n))
    flags = {name: number(table, name, found) for name in ("invasive", "nodes_positive", "size_mm", "grade")}
    return {"histology": word(table, "histology", found), "stage": word(table, "stage", found), **flags}


def _first_known(tissue: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """What pathology says, else what the outcome itself said of the tumour."""
    size = np.where(np.isnan(tissue["size_mm"]), own["size_mm"], tissue["size_mm"])
    kinds = np.asarray(own["histology"], dtype=object)
    said = np.where(kinds == "invasive", 1.0, np.where(kinds == "in situ", 0.0, np.nan))
    texts = {}
    for name in ("histology", "stage"):
        known, other = np.asarray(tissue[name], dtype=object), np.asarray(own[name], dtype=object)
        empty = np.array(tissue[name].isna()) | (known == "")
        texts[name] = np.where(empty, other, known)
    invasive = np.where(np.isnan(tissue["invasive"]), said, tissue["invasive"])
    return {"size_mm": size, "invasive": invasive, "grade": tissue["grade"], "nodes_positive": tissue["nodes_positive"], **texts}


def _newest_of_each(rows: Ints, parts: NDArray[Any]) -> Bools:
    """Which places are the last of their row and part."""
    newest = np.zeros(len(rows), bool)
    if len(rows):
        keys = rows * (int(parts.max()) + 2) + parts + 1
        _keys, reverse = np.unique(keys[::-1], return_index=True)
        newest[len(rows) - 1 - reverse] = True
    return newest & (rows >= 0)


def _attended(chosen: Chosen) -> NDArray[np.int64]:
    """The day on which a recalled participant first came."""
    events, table = chosen.kept["recallevent"], chosen.kept["recall"]
    events = events.take(chosen.before(events) & events.is_word("step", RecallStep.attended.value))
    of_recall = places(table["id"], events["recall_id"])
    exams = table["exam_id"][np.maximum(of_recall, 0)] if len(table) else np.empty(0, np.int32)
    return lowest(chosen.rows(exams), events["at"] // SECONDS_A_DAY, len(chosen), NONE)


def _any(rows: Ints, marks: Bools, n: int) -> Bools:
    found = np.zeros(n, bool)
    found[rows[marks & (rows >= 0)]] = True
    return found


__all__ = ["assessments", "outcomes", "reads", "recalls", "runs", "told"]
