"""Research tables as demonstration programmes: the figures of the page equal those counted from the raw table by other means."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlmodel import Session, col, func, select

from core import demo
from core.access import Person, person
from core.clock import today
from core.cohorts import selection as cohort_selection
from core.demonstration import from_rsna, research
from core.demonstration.from_table import TABLES, load
from core.errors import Conflict, Rejected
from core.readers.lines import readers
from core.sealing import query_tokens, unseal
from core.workflow import arbitration_list, finalising, queue, settled_elsewhere
from core.workflow.period import periods
from core.workflow.programme_figures import ProgrammeFigures, Question, figures
from db.engine import snapshot, transaction
from db.enums import EpisodeStep
from db.tables import (
    Cohort,
    CohortVersion,
    Decision,
    Episode,
    EpisodeEvent,
    Exam,
    Outcome,
    Participant,
    ParticipantToken,
    Read,
    Recall,
    RecallEvent,
    Site,
    User,
)  # fmt: skip
from tests.build import a_site, an_exam

IMAGES = ["patient_id", "site_id", "laterality", "age", "density", "machine_id", "BIRADS", "cancer", "biopsy", "invasive"]


def write(folder: Path, name: str, rows: list[dict[str, object]]) -> Path:
    """A small table of the same form as the real one."""
    folder.mkdir(exist_ok=True)
    path, frame = folder / name, pd.DataFrame(rows)
    frame.to_parquet(path) if name.endswith("parquet") else frame.to_csv(path, index=False)
    return folder


def breast(woman: int, side: str, birads: float | None, **also: object) -> dict[str, object]:
    usual = {"site_id": 1, "age": 60.0, "density": "B", "machine_id": 49, "cancer": 0, "biopsy": 0, "invasive": 0}
    return {**usual, "patient_id": woman, "laterality": side, "BIRADS": birads, **also}


def woman(number: int, left: float | None, right: float | None, **also: object) -> list[dict[str, object]]:
    return [breast(number, "L", left, **also), breast(number, "R", right, **also)]


RSNA = [
    *woman(1, 1, 1),
    *woman(2, 1, 2, density="D"),
    *woman(3, 1, None),
    breast(4, "L", 0, cancer=1, biopsy=1, invasive=1),
    breast(4, "R", None),
    breast(5, "L", 1),
    breast(5, "R", 0, biopsy=1),
    *woman(6, 0, None, density=None, age=None),
    *woman(7, None, None, site_id=2, density=None, cancer=1, biopsy=1),
    *woman(8, 0, None, site_id=2, density=None),
]
NLST = [
    {
        "participant": number, "round": round_, "study_uid": f"1.2.{number}.{round_}", "manufacturer": "GE MEDICAL SYSTEMS", "model": "QX",
        "kernel": "LUNG", "fov_mm": 360.0, "thickness_mm": thick, "kvp": 120.0, "mas": None, "slices": 100,
    }
    for number, round_, thick in (("100", "0", 2.5), ("100", "1", 999.0), ("100", "1", 1.0), ("101", "2", 2.5))
]  # fmt: skip
VIPER = [
    {
        "caseID": case, "modalityID": modality, "readerID": f"reader0{reader}", "recall": 1 if recalled else 2,
        "score": 150 if recalled else 50, "subStudyLabel": "screeningLowP", "cancerStatus365": ill, "cancerStatus455": max(ill, late),
    }
    for case, ill, late in ((7, 1, 0), (8, 0, 1), (9, 0, 0))
    for modality in ("SFM", "FFDM")
    for reader, recalled in ((1, True), (2, True), (3, case == 7))
]  # fmt: skip
ROWS = {"rsna": RSNA, "nlst": NLST, "viper": VIPER}


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    for name, rows in ROWS.items():
        write(tmp_path / "tables", TABLES[name].FILE, rows)
    return tmp_path / "tables"


def loaded(name: str, folder: Path) -> int | None:
    with transaction() as session:
        return load(session, name, folder)


def account(session: Session, login: str) -> Person:
    return person(session, session.exec(select(User.id).where(User.login == login)).one() or 0)


def asked(login: str, card_id: str, site: str = "") -> ProgrammeFigures:
    with snapshot() as session:
        site_id = session.exec(select(Site.id).where(Site.code == site)).first() if site else None
        return figures(session, account(session, login), Question(card_id, periods(today())["all"], site_id=site_id))


def counted(found: ProgrammeFigures, key: str) -> tuple[int, int]:
    one = found.whole.of(key)
    return one.numerator, one.denominator


def test_rsna_counts_only_what_its_first_site_tells(database: str, tables: Path) -> None:
    assert loaded("rsna", tables) == 8
    found = asked("rsna", "breast")
    assert (found.counts.exams, found.counts.undecided) == (8, 3)
    assert counted(found, "recall") == (3, 5)
    assert counted(found, "detection") == (1, 5)
    assert counted(found, "ppv") == (1, 3)
    assert counted(found, "ppv3") == (1, 2)
    assert counted(found, "biopsy") == (2, 5)
    assert counted(found, "invasive") == (1, 1)
    by_density = {group.key: group.of("recall") for group in found.by("density")}
    assert {key: (one.numerator, one.denominator) for key, one in by_density.items() if one.denominator} == {
        "B": (2, 3), "D": (0, 1), **{key: (1, 1) for key in by_density if key not in "ABCD"},
    }  # fmt: skip


def test_what_rsna_cannot_tell_is_absent_with_its_reason(database: str, tables: Path) -> None:
    loaded("rsna", tables)
    found = asked("rsna", "breast")
    for key in ("sensitivity", "specificity", "interval", "recall_first", "read_in_time", "days", "uptake", "coverage", "kappa"):
        one = found.whole.of(key)
        assert (one.numerator, one.denominator, one.interval) == (0, 0, None), key
        assert one.absent is not None, key
    assert "no cancer after a negative exam" in str(found.whole.of("sensitivity").absent)
    assert "only where it is 0" in str(asked("rsna", "breast", "RSNA-2").whole.of("recall").absent)
    assert found.whole.of("recall").absent is None


def test_chosen_exams_are_held_against_no_band(database: str, tables: Path) -> None:
    loaded("rsna", tables)
    found = asked("rsna", "breast")
    assert not found.exceptions
    assert all(one.benchmark is None for one in found.whole.indicators if one.denominator)
    assert "Exams were chosen" in str(found.about[0])


def test_ages_and_densities_are_those_of_the_table(sqlite_database: str, tables: Path) -> None:
    loaded("rsna", tables)
    frame = asked("rsna", "breast", "RSNA-1").frame.set_index("number")
    assert frame.age["RSNA-1"] == 60
    assert np.isnan(frame.age["RSNA-6"])
    assert frame.density["RSNA-2"] == "D"


def test_nlst_is_a_cohort_over_rounds_with_technique_and_without_results(database: str, tables: Path) -> None:
    assert loaded("nlst", tables) == 4
    found = asked("nlst", "lung")
    assert found.counts.exams == 4
    assert sorted(found.frame["round"]) == [1, 2, 2, 3]
    assert all("no reading result" in str(one.absent) or "invented" in str(one.absent) for one in found.whole.indicators)
    with snapshot() as session:
        assert session.exec(select(Cohort.name)).all() == ["NLST"]
        selection = cohort_selection.of(session.exec(select(CohortVersion)).one().selection)
        assert (selection.programme, selection.site_ids) == ("lung", (session.exec(select(Site.id)).one(),))
        technique = list(session.exec(select(Exam.technique).order_by(col(Exam.id))))
        assert session.exec(select(func.count()).select_from(Participant)).one() == 2
        assert session.exec(select(func.count()).select_from(Episode)).one() == 3
    assert technique[0] == {"manufacturer": "GE MEDICAL SYSTEMS", "model": "QX", "kernel": "LUNG", "kvp": 120.0, "fov_mm": 360.0,
                            "thickness_mm": 2.5, "slices": 100}  # fmt: skip
    assert [one.get("thickness_mm") for one in technique].count(None) == 1


def test_viper_keeps_every_read_and_decides_nothing(database: str, tables: Path) -> None:
    assert loaded("viper", tables) == 6
    with snapshot() as session:
        reads = session.exec(select(Read)).all()
        assert len(reads) == 18
        assert sum(read.category == "0" for read in reads) == 14
        assert {read.opinion["study_score"] for read in reads} == {50, 150}
        assert session.exec(select(func.count()).select_from(Decision)).one() == 0
        readers = session.exec(select(User).where(col(User.login).startswith("viper-"))).all()
        assert len(readers) == 3
        assert not any(reader.active for reader in readers)
        modalities = session.exec(select(Exam.technique)).all()
    assert sorted(one["modality"] for one in modalities) == ["digital"] * 3 + ["film"] * 3
    found = asked("viper", "breast")
    assert sorted(found.frame.cancer_365.tolist()) == [False] * 4 + [True] * 2
    assert "no decision of a programme" in str(found.whole.of("sensitivity").absent)


@pytest.mark.parametrize("name", TABLES)
def test_nobody_here_has_to_read_arbitrate_or_finalise_them(database: str, tables: Path, name: str) -> None:
    loaded(name, tables)
    with transaction() as session:
        sites = list(session.exec(select(col(Site.id))))
        assert queue.waiting(session, sites) == []
        assert finalising.due(session) == []
        closed = select(RecallEvent.recall_id).where(RecallEvent.step == "closed")
        assert session.exec(select(Recall).where(col(Recall.id).not_in(closed))).all() == []


def test_a_real_exam_in_a_closed_round_still_waits_to_be_read(database: str) -> None:
    with transaction() as session:
        exam = an_exam(session, images=0)
        at = exam.received_at
        session.add(EpisodeEvent(episode_id=exam.episode_id, step=EpisodeStep.closed, happened_at=at, entered_at=at))
        session.flush()
        assert not exam.synthetic
        assert session.exec(select(Exam.id).where(settled_elsewhere.not_read_here())).all() == []
        assert [one.exam_id for one in queue.waiting(session, [exam.site_id])] == [exam.id]


@pytest.mark.parametrize("name", TABLES)
def test_a_second_run_changes_nothing(sqlite_database: str, tables: Path, name: str) -> None:
    loaded(name, tables)
    with snapshot() as session:
        before = [session.exec(select(func.count()).select_from(table)).one() for table in (Site, User, Participant, Exam, Read, Outcome)]
    assert loaded(name, tables) is None
    with snapshot() as session:
        assert before == [
            session.exec(select(func.count()).select_from(table)).one() for table in (Site, User, Participant, Exam, Read, Outcome)
        ]


def test_tables_never_mix_with_the_demonstration_or_each_other(sqlite_database: str, tables: Path) -> None:
    with transaction() as session:
        demo.make(session)
    before = asked("manager", "breast").counts.exams
    for name in TABLES:
        loaded(name, tables)
    assert asked("manager", "breast").counts.exams == before
    assert asked("rsna", "breast").counts.exams == 8
    assert asked("viper", "breast").counts.exams == 6
    with snapshot() as session:
        assert all(session.exec(select(Participant.synthetic)))
        assert arbitration_list.worklist(session, account(session, "doctor"))  # the demonstration's own, nothing of VIPER


def test_people_are_found_by_their_study_number_alone(sqlite_database: str, tables: Path) -> None:
    loaded("nlst", tables)
    with snapshot() as session:
        who = session.exec(select(Participant).where(Participant.number == "NLST-100")).one()
        (token,) = query_tokens("NLST-100")
        assert unseal(who.name_sealed) == "NLST-100"
        found = session.exec(select(ParticipantToken.participant_id).where(ParticipantToken.token == token)).all()
        assert who.id in found


def test_a_missing_table_names_every_place_looked_at(sqlite_database: str, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"rsna_screening\.parquet; looked for .*nowhere"), transaction() as session:
        load(session, "rsna", tmp_path / "nowhere")
    with pytest.raises(Rejected, match="FIRSTLIGHT_SHARED_DATA"):
        research.table(None, "no-such-table.csv")


def test_no_table_is_loaded_beside_a_real_site(sqlite_database: str, tables: Path) -> None:
    with transaction() as session:
        a_site(session, "REAL", synthetic=False)
    with pytest.raises(Conflict, match="REAL"), transaction() as session:
        load(session, "rsna", tables)


@pytest.mark.shared_data
def test_the_page_is_right_on_the_whole_of_rsna(sqlite_database: str, shared_data: Path) -> None:
    """Every count again from the raw table, image by image and without a function of the loader."""
    raw = pd.read_parquet(shared_data / "tables" / "rsna_screening.parquet")
    assert loaded("rsna", shared_data / "tables") == raw.patient_id.nunique() == 11913
    first = raw[raw.site_id == 1]
    worst = first[first.BIRADS == 0].patient_id.unique()
    unsaid = first[first.BIRADS.isna()].patient_id.unique()
    recalled, clear = set(worst), set(first.patient_id) - set(worst) - set(unsaid)
    decided = recalled | clear
    ill, sampled = set(first[first.cancer == 1].patient_id), set(first[first.biopsy == 1].patient_id)
    found = asked("rsna", "breast")
    assert counted(found, "recall") == (len(recalled), len(decided))
    assert counted(found, "detection") == (len(recalled & ill), len(decided))
    assert counted(found, "ppv") == (len(recalled & ill), len(recalled))
    assert counted(found, "ppv3") == (len(recalled & ill & sampled), len(recalled & sampled))
    assert counted(found, "biopsy") == (len(recalled & sampled), len(decided))
    assert counted(found, "invasive") == (len(recalled & set(first[first.invasive == 1].patient_id)), len(recalled & ill))
    assert found.counts.undecided == 11913 - len(decided)
    density = first.drop_duplicates("patient_id").set_index("patient_id").density
    for group in found.by("density"):
        if group.key in "ABCD":
            mine = set(density[density == group.key].index)
            one = group.of("recall")
            assert (one.numerator, one.denominator) == (len(recalled & mine), len(decided & mine))
            cancers = group.of("detection")
            assert (cancers.numerator, cancers.denominator) == (len(recalled & ill & mine), len(decided & mine))
    interval = found.whole.of("recall").interval
    assert interval is not None
    assert interval.value == pytest.approx(len(recalled) / len(decided))


@pytest.mark.shared_data
def test_every_reader_of_viper_is_right(sqlite_database: str, shared_data: Path) -> None:
    """Recall, sensitivity and predictive value of each of the 43 readers, again from the raw table."""
    raw = pd.read_csv(shared_data / "tables" / "viper_reads.csv")
    loaded("viper", shared_data / "tables")
    with snapshot() as session:
        told = readers(session, account(session, "viper"), Question("breast", periods(today())["all"]))
    assert len(told.lines) == 43
    assert told.excluded == 0
    for line in told.lines:
        own = raw[raw.readerID == line.name.removeprefix("VIPER ")]
        recalled, ill = own.recall == 1, own.cancerStatus365 == 1
        rates = {key: (one.numerator, one.denominator) for key, one in line.rates.items()}
        assert line.reads == len(own)
        assert rates["recall"] == (recalled.sum(), len(own))
        assert rates["found"] == ((recalled & ill).sum(), ill.sum())
        assert rates["ppv"] == ((recalled & ill).sum(), recalled.sum())
        assert rates["arbitration"] == (0, 0)
        assert line.seconds is None  # the table has no times


@pytest.mark.shared_data
def test_the_women_of_rsna_are_those_of_the_table(shared_data: Path) -> None:
    women = from_rsna.of_women(pd.read_parquet(shared_data / "tables" / "rsna_screening.parquet"))
    assert women[women.site_id == 2].recalled.isna().all()
    assert women.recalled.value_counts().to_dict() == {False: 3375, True: 2063}
    assert int((women.cancer_L | women.cancer_R).sum()) == 486
