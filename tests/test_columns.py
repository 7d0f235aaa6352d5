"""Kept columns say what the rows say: after new rows, changed rows, a late row, a restart and a restored copy."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from core import audit, columns
from core.columns import NONE, disk, rows, store
from core.columns.places import first, highest, last, lowest, places, rank
from core.columns.source import SOURCES
from core.settings import settings
from db.engine import engine, snapshot, transaction
from db.enums import Sex
from db.tables import AuditEvent, Decision, Episode, Exam, Participant, UndecidedExam
from tests.build import a_decision, a_participant, a_run, a_user, an_episode, an_exam


@pytest.fixture(autouse=True)
def forgotten(database: str) -> Iterator[None]:
    """A process that knows nothing yet."""
    store._known.clear()
    yield
    store._known.clear()


def kept(name: str) -> rows.Rows:
    with snapshot() as session:
        return columns.current(session)[name]


def some_exam(**said: object) -> int:
    with transaction() as session:
        return an_exam(session, an_episode(session, a_participant(session)), images=0, **said).id or 0  # type: ignore[arg-type]


def test_new_rows_are_seen_at_the_next_use() -> None:
    one = some_exam(days_ago=3)
    assert kept("exam")["id"].tolist() == [one]
    two = some_exam(days_ago=2)
    assert kept("exam")["id"].tolist() == [one, two]
    with snapshot() as session:
        days = [exam.exam_date for exam in session.exec(select(Exam).order_by(Exam.id))]
    assert kept("exam")["exam_day"].tolist() == [(day - date(1970, 1, 1)).days for day in days]


def test_a_changed_row_is_read_again() -> None:
    with transaction() as session:
        who = a_participant(session, birth_date=None)
        other = a_participant(session)
        episode = an_episode(session, who)
    assert kept("participant")["birth_day"].tolist()[0] == NONE
    with transaction() as session:
        session.get_one(Participant, who.id).birth_date = date(1960, 2, 1)
        session.get_one(Participant, who.id).sex = Sex.male
        session.get_one(Episode, episode.id).participant_id = other.id or 0
    known = kept("participant")
    assert known["birth_day"].tolist()[0] == (date(1960, 2, 1) - date(1970, 1, 1)).days
    assert known.is_word("sex", "male").tolist()[0]
    assert kept("episode")["participant_id"].tolist() == [other.id]


def test_rows_that_are_never_committed_are_not_kept() -> None:
    some_exam()
    before = len(kept("exam"))
    with transaction() as session:
        an_exam(session, an_episode(session, a_participant(session)), images=0)
        assert len(columns.current(session)["exam"]) == before + 1
        session.rollback()
    assert len(kept("exam")) == before


def test_a_row_that_appears_late_under_a_smaller_id_is_found() -> None:
    """On PostgreSQL a long transaction commits ids that lie below those that others have committed meanwhile."""
    if engine().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time: a smaller id never appears after a greater one")
    with transaction() as session:
        one, two = (an_exam(session, an_episode(session, a_participant(session)), images=0) for _ in range(2))
        author = a_user(session, "reader")
    late = Session(engine())
    a_decision(late, one, author)
    with transaction() as session:
        early = a_decision(session, two, author).id
    assert kept("decision")["id"].tolist() == [early]
    late.commit()
    late.close()
    with snapshot() as session:
        every = list(session.exec(select(Decision.id).order_by(Decision.id)))
    assert len(every) == 2
    assert kept("decision")["id"].tolist() == every


def test_a_new_process_begins_with_the_files_and_sees_what_came_since(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "ENOUGH", 1)
    one = some_exam()
    with snapshot() as session:
        a_run_version = session.exec(select(Exam.id)).all()
        assert a_run_version == [one]
    assert columns.tend()
    assert sorted(path.stem for path in (settings().data_dir / "columns").iterdir()) == sorted(source.name for source in SOURCES)
    store._known.clear()
    monkeypatch.setattr(store, "ENOUGH", 10**6)
    two = some_exam()
    found = kept("exam")
    assert found["id"].tolist() == [one, two]
    assert store._known[next(iter(store._known))].unwritten < 40, "only what came since was read"


def test_files_of_another_database_or_damaged_ones_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "ENOUGH", 1)
    one = some_exam()
    columns.tend()
    folder = settings().data_dir / "columns"
    right = kept("exam")["exam_day"].tolist()
    held = next(iter(store._known.values()))
    said = {"change": held.change, "audit": list(held.audit or ())}
    disk.write(folder, _one_day_later(held), {"mark": held.mark, **said})
    store._known.clear()
    assert kept("exam")["exam_day"].tolist() == [right[0] + 1], "files of this database are used"
    disk.write(folder, _one_day_later(held), {"mark": "another database", **said})
    store._known.clear()
    assert kept("exam")["exam_day"].tolist() == right
    disk.write(folder, _one_day_later(held), {"mark": held.mark, **said})
    (folder / "decision.feather").unlink()
    store._known.clear()
    assert (kept("exam")["id"].tolist(), kept("exam")["exam_day"].tolist()) == ([one], right)


def _one_day_later(held: store.Kept) -> dict[str, rows.Rows]:
    """The columns with every exam on a wrong day, so that it is seen whether they are used."""
    exam = held["exam"]
    return {**held.tables, "exam": rows.Rows({**exam.columns, "exam_day": exam["exam_day"] + 1}, exam.words)}


def test_a_restored_copy_that_went_another_way_is_read_anew() -> None:
    with transaction() as session:
        audit.record(session, "test", "registered", "participant", 1)
    some_exam()
    kept("exam")
    address = next(iter(store._known))
    held = store._known[address]
    assert held.audit is not None
    with snapshot() as session:
        assert session.exec(select(AuditEvent.hash).order_by(AuditEvent.id.desc())).first() == held.audit[1]  # type: ignore[union-attr]
    right = held["exam"]["exam_day"].tolist()
    store._known[address] = store.Kept(_one_day_later(held), held.change, held.audit, held.mark)
    assert kept("exam")["exam_day"].tolist() == [right[0] + 1], "what is known is used while the trail agrees"
    store._known[address] = store.Kept(_one_day_later(held), held.change, (held.audit[0], "another hash"), held.mark)
    assert kept("exam")["exam_day"].tolist() == right


def test_words_and_numbers_are_what_the_rows_say() -> None:
    with transaction() as session:
        exam = an_exam(session, an_episode(session, a_participant(session)), images=0)
        session.get_one(Exam, exam.id).technique = {"kernel": "B50f", "thickness_mm": 1.25}
        a_run(session, exam, step=9)
    exams, runs = kept("exam"), kept("modelrun")
    assert exams.words["kernel"][exams["kernel"][0]] == "B50f"
    assert exams["thickness_mm"].tolist() == [1.25]
    assert np.isnan(exams["ctdivol_mgy"][0])
    assert exams["manufacturer"].tolist() == [-1]
    assert runs["step"].tolist() == [9.0]


def test_the_undecided_exams_are_those_without_a_decision() -> None:
    one, two = some_exam(), some_exam()
    with transaction() as session:
        a_decision(session, session.get_one(Exam, one), a_user(session, "reader"))
    with snapshot() as session:
        assert session.exec(select(UndecidedExam.exam_id)).all() == [two]


ids = st.lists(st.integers(1, 60), unique=True).map(sorted).map(lambda found: np.array(found, np.int32))


@given(ids, st.lists(st.integers(0, 70)))
def test_places_are_where_the_ids_stand(known: np.ndarray, wanted: list[int]) -> None:  # type: ignore[type-arg]
    expected = [known.tolist().index(one) if one in known.tolist() else -1 for one in wanted]
    assert places(known, np.array(wanted, np.int64)).tolist() == expected


@given(st.lists(st.tuples(st.integers(-1, 5), st.integers(-9, 9))))
def test_last_first_rank_lowest_and_highest_of_each_row(pairs: list[tuple[int, int]]) -> None:
    named, values = np.array([row for row, _ in pairs], np.int64), np.array([value for _, value in pairs], np.int64)
    for row in range(6):
        mine = [place for place, (of, _) in enumerate(pairs) if of == row]
        assert last(named, 6)[row] == (mine[-1] if mine else -1)
        assert first(named, 6)[row] == (mine[0] if mine else -1)
        assert rank(named)[mine].tolist() == list(range(len(mine)))
        assert lowest(named, values, 6, NONE)[row] == min((values[place] for place in mine), default=NONE)
        assert highest(named, values, 6, NONE)[row] == max((values[place] for place in mine), default=NONE)


@given(ids, st.integers(1, 8))
def test_gaps_cover_every_missing_id_and_few_others(known: np.ndarray, most: int) -> None:  # type: ignore[type-arg]
    spans = rows.gaps(known, most)
    covered = {one for start, end in spans for one in range(start, end + 1)}
    missing = set(range(1, int(known.max(initial=0)))) - set(known.tolist())
    assert missing <= covered
    assert len(spans) <= most
    if len(rows.gaps(known, 10**6)) <= most:
        assert covered == missing


def test_the_folder_is_for_its_owner_alone(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(store, "ENOUGH", 1)
    some_exam()
    columns.tend()
    assert (folder / "columns").stat().st_mode & 0o077 == 0
