"""An invented programme of any size: people, rounds, exams, reads, decisions, recalls, outcomes and scores, drawn from one seed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlmodel import Session, select

from core.access import Person, person
from core.bench.bulk import insert
from core.clock import now, today
from core.demonstration.people import make_accounts
from core.sealing import keyed_hash, seal, tokens
from core.workflow.programmes import programme_row
from db.engine import engine
from db.enums import ModelState
from db.tables import ModelStatus, ModelVersion, Site, User

SITES = 10
YEARS = 8
READERS = 40
KINDS = ("lung", "breast")
EPOCH = date(1970, 1, 1)
NAMES = ("Berg", "Chen", "Costa", "Evans", "Garcia", "Hansen", "Khan", "Lopez", "Novak", "Okafor", "Patel", "Rossi", "Silva", "Weber")
GIVEN = ("Ana", "Bela", "Carl", "Dora", "Emil", "Fay", "Gus", "Hana", "Ida", "Jan", "Kim", "Leo", "Mia", "Noa", "Ole", "Pia", "Rosa")


@dataclass
class Draw:
    """What the rows are drawn from."""

    rng: np.random.Generator
    participants: int
    exams: int
    sites: list[int]
    readers: list[int]
    programmes: dict[str, int]
    versions: dict[str, int]

    def share(self, n: int, probability: float) -> NDArray[np.bool_]:
        return np.asarray(self.rng.random(n) < probability)


def build(session: Session, *, participants: int, exams: int, seed: int = 1) -> None:
    """Fill an empty, migrated database."""
    sites = [Site(code=f"S{n}", name=f"Site {n}", synthetic=True, created_at=now()) for n in range(SITES)]
    session.add_all(sites)
    session.flush()
    make_accounts(session, sites)
    session.add_all(
        User(login=f"reader{n}", name=f"Reader {n}", password_hash="", active=False, created_at=now()) for n in range(READERS - 3)
    )
    session.flush()
    readers = [user.id or 0 for user in session.exec(select(User)) if user.login.startswith(("doctor", "reader"))]
    programmes = {kind: programme_row(session, kind).id or 0 for kind in KINDS}
    draw = Draw(np.random.default_rng(seed), participants, exams, [site.id or 0 for site in sites], readers, programmes, _versions(session))
    people = _people(session, draw)
    rounds = _rounds(session, draw, people)
    _results(session, draw, rounds)


def count_rows() -> None:
    """Let the database look at how much lies in its tables, as it does by itself within a day."""
    with engine().connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def accounts(session: Session) -> dict[str, Person]:
    """The people of the demonstration, by login."""
    return {user.login: person(session, user.id or 0) for user in session.exec(select(User)) if user.active}


def _versions(session: Session) -> dict[str, int]:
    made = {}
    for kind, name in (("lung", "lung-ct"), ("breast", "mammography")):
        version = ModelVersion(name=name, tag="bench", card={}, weights_sha256="0" * 64, synthetic=True, registered_at=now())
        session.add(version)
        session.flush()
        session.add(ModelStatus(version_id=version.id or 0, state=ModelState.active, at=now() - timedelta(days=9 * 365)))
        made[kind] = version.id or 0
    session.flush()
    return made


def _people(session: Session, draw: Draw) -> pd.DataFrame:
    n = draw.participants
    ids = np.arange(1, n + 1)
    birth = (today() - EPOCH).days - draw.rng.integers(50 * 365, 76 * 365, n)
    names = [f"{NAMES[a]}, {GIVEN[b]} {c}" for a, b, c in zip(*(draw.rng.integers(0, top, n) for top in (14, 17, 999)), strict=True)]
    numbers = [f"B{one:07d}" for one in ids]
    frame = pd.DataFrame({
        "id": ids, "number": [f"FL-{one:06d}" for one in ids], "site_id": np.array(draw.sites)[ids % SITES], "birth_date": _date(birth),
        "sex": np.where(ids % 4 == 0, "male", "female"), "name_sealed": [seal(name) for name in names],
        "identifier_sealed": [seal(number) for number in numbers], "identifier_key": [keyed_hash(number) for number in numbers],
        "synthetic": True, "created_at": _moment(np.full(n, (today() - EPOCH).days - YEARS * 365) * 86400),
    })  # fmt: skip
    insert(session, "participant", frame)
    searched = [(one, token) for one, name, number in zip(ids, names, numbers, strict=True) for token in tokens(name, number)]
    insert(session, "participanttoken", pd.DataFrame(searched, columns=["participant_id", "token"]).drop_duplicates())
    return frame


def _rounds(session: Session, draw: Draw, people: pd.DataFrame) -> pd.DataFrame:
    """One row per exam; day, kind, programme, whether it waits to be read."""
    n = draw.exams
    who = np.sort(draw.rng.integers(1, draw.participants + 1, n))
    number = np.arange(n) - np.searchsorted(who, who) + 1
    kinds = np.where(who % 2 == 0, "breast", "lung")
    rounds, span = np.bincount(who)[who], YEARS * 365 - 30
    interval = np.minimum(365, span // rounds)
    first = (today() - EPOCH).days - YEARS * 365 + (who * 7919) % np.maximum(span - interval * (rounds - 1), 1)
    day = first + (number - 1) * interval + draw.rng.integers(0, 30, n)
    rows = pd.DataFrame({"id": np.arange(1, n + 1), "who": who, "round": number, "kind": kinds, "day": day})
    rows["waits"] = (rows.day >= (today() - EPOCH).days - 10) & draw.share(n, 0.5)
    rows["site_id"] = people.site_id.to_numpy()[who - 1]
    programme = np.where(kinds == "lung", draw.programmes["lung"], draw.programmes["breast"])
    insert(session, "episode", pd.DataFrame({
        "id": rows.id, "participant_id": who, "programme_id": programme, "round": number, "opened_at": _moment((day - 28) * 86400),
    }))  # fmt: skip
    insert(session, "exam", pd.DataFrame({
        "id": rows.id, "episode_id": rows.id, "site_id": rows.site_id, "kind": np.where(kinds == "lung", "lung_ct", "mammography"),
        "exam_date": _date(day), "received_at": _moment(day * 86400 + 36000), "completed_at": _moment(day * 86400 + 36060), "problem": "",
        "synthetic": True, "phantom": False, "expected_parts": "[]", "technique": '{"manufacturer": "Bench", "kernel": "B30f"}',
    }))  # fmt: skip
    return rows


def _results(session: Session, draw: Draw, rows: pd.DataFrame) -> None:
    n = len(rows)
    cancer, positive = draw.share(n, 0.006), draw.share(n, 0.05)
    positive = np.where(cancer, draw.share(n, 0.85), positive)
    rows["positive"], rows["cancer"] = positive & ~rows.waits, cancer & ~rows.waits
    rows["score"] = np.where(cancer, draw.rng.beta(5, 2, n), draw.rng.beta(1.1, 7, n))
    read = rows[~rows.waits]
    rows["decision"] = np.where(rows.positive, "assessment", "routine_recall")
    rows["category"] = np.where(rows.positive, "4A", "1")
    _steps(session, rows, read)
    _reads(session, draw, rows.loc[read.index])
    _recalls(session, draw, rows[rows.positive])
    _outcomes(session, draw, rows[rows.cancer | (rows.positive & draw.share(n, 0.9))])
    insert(session, "modelrun", pd.DataFrame({
        "id": rows.id, "exam_id": rows.id, "version_id": rows.kind.map(draw.versions), "attempt": 1, "workflow_id": "bench",
        "device": "cpu", "started_at": _moment(rows.day * 86400 + 37000), "finished_at": _moment(rows.day * 86400 + 37010),
        "stage_seconds": "{}",
        "thresholds": "{}", "input_uids": "[]", "outcome": "scored", "reason": "", "synthetic": True, "score": rows.score,
        "step": np.clip(np.ceil(rows.score * 10), 1, 10).astype(int), "result": "{}",
    }))  # fmt: skip


def _steps(session: Session, rows: pd.DataFrame, read: pd.DataFrame) -> None:
    steps = (("invited", rows, -28 * 86400), ("attended", rows, 34000), ("imaged", rows, 36060), ("read", read, 3 * 86400))
    parts = [
        pd.DataFrame({"episode_id": some.id, "step": step, "at": some.day * 86400 + after}) for step, some, after in steps
    ]  # fmt: skip
    events = pd.concat(parts).sort_values(["episode_id", "at"], ignore_index=True)
    moments = _moment(events.pop("at"))
    events = events.assign(id=np.arange(1, len(events) + 1), happened_at=moments, entered_at=moments, note="")
    insert(session, "episodeevent", events)


def _reads(session: Session, draw: Draw, read: pd.DataFrame) -> None:
    twice = read[read.kind == "breast"]
    both = pd.concat([read.assign(place=0), twice.assign(place=1)]).sort_values(["id", "place"], ignore_index=True)
    reader = np.array(draw.readers)[(both.id + both.place) % len(draw.readers)]
    density = np.where(both.kind == "breast", np.array(["a", "b", "c", "d"])[both.id % 4], "")
    insert(session, "read", pd.DataFrame({
        "id": np.arange(1, len(both) + 1), "exam_id": both.id, "reader_id": reader, "category": both.category, "decision": both.decision,
        "opinion": [f'{{"density": "{one}"}}' if one else "{}" for one in density], "saw_ai": False,
        "opened_at": _moment(both.day * 86400 + 172800), "committed_at": _moment(both.day * 86400 + 172860 + 60 * both.place),
        "revision": 0, "seen": "{}",
    }))  # fmt: skip
    insert(session, "decision", pd.DataFrame({
        "id": np.arange(1, len(read) + 1), "exam_id": read.id, "decision": read.decision, "category": read.category,
        "author_id": draw.readers[0], "at": _moment(read.day * 86400 + 176520), "reason": "",
    }))  # fmt: skip


def _recalls(session: Session, draw: Draw, some: pd.DataFrame) -> None:
    n = len(some)
    decided = pd.read_sql("SELECT id, exam_id FROM decision WHERE decision = 'assessment'", session.connection())
    ids = decided.set_index("exam_id").id.reindex(some.id).to_numpy()
    numbers = np.arange(1, n + 1)
    opened = some.day.to_numpy() * 86400 + 176520
    insert(session, "recall", pd.DataFrame({
        "id": numbers, "exam_id": some.id, "decision_id": ids, "kind": "assessment", "due": _date(some.day.to_numpy() + 23),
        "opened_at": _moment(opened),
    }))  # fmt: skip
    closed = (some.day.to_numpy() < (today() - EPOCH).days - 60) | draw.share(n, 0.3)
    events = pd.concat([
        pd.DataFrame({"recall_id": numbers, "step": "opened", "at": opened}),
        pd.DataFrame({"recall_id": numbers[closed], "step": "attended", "at": opened[closed] + 15 * 86400}),
        pd.DataFrame({"recall_id": numbers[closed], "step": "closed", "at": opened[closed] + 16 * 86400}),
    ]).sort_values(["recall_id", "at"], ignore_index=True)  # fmt: skip
    insert(session, "recallevent", events.assign(id=np.arange(1, len(events) + 1), at=_moment(events["at"]), note=""))


def _outcomes(session: Session, draw: Draw, some: pd.DataFrame) -> None:
    kind = np.where(some.cancer, np.where(some.positive, "cancer", "interval_cancer"), "benign")
    days = np.minimum(some.day.to_numpy() + np.where(some.positive, 25, 200), (today() - EPOCH).days - 1)
    ids = np.arange(1, len(some) + 1)
    insert(session, "outcome", pd.DataFrame({
        "id": ids, "exam_id": some.id, "kind": kind, "certainty": "final", "happened_on": _date(days), "source": "Pathology",
        "detail": '{"type": "invasive", "size_mm": 12, "stage": "I"}', "entered_at": _moment(days * 86400 + 50000),
    }))  # fmt: skip
    insert(session, "secondcheck", pd.DataFrame({
        "id": ids, "subject": "outcome", "row_id": ids, "verdict": "approved", "note": "", "at": _moment(days * 86400 + 60000),
    }))  # fmt: skip


def _date(days: Any) -> Any:
    return np.asarray(days, dtype=np.int64).astype("datetime64[D]").astype(str)


def _moment(seconds: Any) -> Any:
    made = np.char.replace(np.asarray(seconds, dtype=np.int64).astype("datetime64[s]").astype(str), "T", " ")
    return np.char.add(made, ".000000").astype(object)
