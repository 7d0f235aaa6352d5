"""Returns: a year worked by hand in the form of KC62 with its checks, one row per lung exam, and figures as FHIR."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fhir.resources.R4B.measurereport import MeasureReport
from sqlmodel import Session

from core.access import Person
from core.clock import now, today
from core.metrics.programme import Tally
from core.returns.checks import checks
from core.returns.kc62 import Return, kc62
from core.returns.lcsr import HEADER, lcsr
from core.returns.measure_report import UNITS, measure_report
from core.returns.years import calendar_years, financial_years, year_before
from core.workflow.period import periods
from core.workflow.programme_figures import Question, figures
from db.engine import transaction
from db.enums import ProgrammeDecision, Role
from db.tables import Participant, ParticipantFact
from tests.build import a_participant, a_person, a_site, ago
from tests.cohort_build import a_screen, frame, terms
from tests.test_programme_exceptions import asked

D = ProgrammeDecision
REFERRED = {"category": "0", "decision": "assessment"}
EXTRA = {
    "age": 52.0,
    "assessed_on": None,
    "biopsy_needle": False,
    "biopsy_open": False,
    "biopsy_result": None,
    "invasive": None,
    "size_mm": np.nan,
}


def a_year(*groups: tuple[int, dict[str, Any]], invited: tuple[tuple[int, dict[str, Any]], ...] = ()) -> Return:
    """The return of hand-written exams and invitations; women are 52 and in their first round unless said."""
    made = frame(*[(n, {key: value for key, value in special.items() if key not in EXTRA}) for n, special in groups])
    for name, usual in EXTRA.items():
        values = [special.get(name, usual) for n, special in groups for _ in range(n)]
        made[name] = (
            pd.to_datetime(pd.Series(values)) if name.endswith("_on") else pd.Series(values, dtype=object if usual is None else None)
        )
    made["exam_date"], made["first_reader"], made["outcome_certainty"] = pd.Timestamp("2025-06-01"), 1, None
    rounds = pd.DataFrame([{"round": 1, "age": 52.0, "attended": True, "answered": True} | one for n, one in invited for _ in range(n)])
    found = asked(made)
    tally = Tally(made, terms(), rounds if len(rounds) else pd.DataFrame({"round": [], "attended": [], "answered": []}))
    return kc62(type(found)(**{**found.__dict__, "tally": tally, "rounds": rounds}))


@pytest.fixture(scope="module")
def by_hand() -> Return:
    """First rounds, 52: 100 invited, 80 came; 6 referred, 5 assessed; 2 cancers: 9 mm by needle, in situ by open biopsy; 1 benign open.

    Later rounds, 66: 300 invited, 270 came; 8 referred and assessed; 2 cancers: 14 and 22 mm by needle; 3 short-term, 4 technical.
    """
    seen = {"assessed_on": date(2025, 6, 15)}
    old = {"round": 2, "age": 66.0}
    found = REFERRED | {"cancer_365": True} | seen
    needle = {"biopsy_needle": True, "biopsy_result": "malignant"}
    return a_year(
        (1, found | needle | {"invasive": True, "size_mm": 9.0}),
        (1, found | {"biopsy_open": True, "biopsy_result": "malignant", "invasive": False}),
        (1, REFERRED | seen | {"biopsy_open": True, "biopsy_result": "benign"}), (2, REFERRED | seen), (1, REFERRED), (74, {}),
        (1, found | old | needle | {"invasive": True, "size_mm": 14.0}), (1, found | old | needle | {"invasive": True, "size_mm": 22.0}),
        (6, REFERRED | seen | old), (3, old | {"category": "3", "decision": "short_term_recall"}),
        (4, old | {"category": "0", "decision": "technical_recall"}), (255, old),
        invited=((80, {}), (20, {"attended": False}), (270, old), (30, old | {"attended": False})),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "first", "later"),
    [
        ("invited", 100, 300), ("attended", 80, 270), ("screened", 80, 266), ("technical", 0, 4), ("referred", 6, 8), ("assessed", 5, 8),
        ("short_term", 0, 3), ("needle", 1, 2), ("open", 2, 0), ("benign_open", 1, 0), ("cancers", 2, 2), ("non_operative", 1, 2),
        ("in_situ", 1, 0), ("invasive", 1, 2), ("not_known", 0, 0), ("up_to_10", 1, 0), ("under_15", 1, 1),
    ],
)  # fmt: skip
def test_the_return_reproduces_the_hand_worked_table(by_hand: Return, line: str, first: int, later: int) -> None:
    assert (by_hand.total(line, 0), by_hand.total(line, 1)) == (first, later)
    at = {"50–52": (first, 0), "65–69": (0, later)}
    for band, wanted in at.items():
        place = by_hand.bands.index(band)
        assert tuple(by_hand.counts[line][:, place]) == wanted


def test_rates_of_fewer_than_25_are_marked_and_named(by_hand: Return) -> None:
    few = {check.line for check in checks(by_hand, None) if check.kind == "few"}
    assert few == {line.key for line in by_hand.lines if line.among} - {"attended"}
    assert "Attended" not in " ".join(str(check.said) for check in checks(by_hand, None) if check.kind == "few")


def test_nothing_is_wrong_with_the_hand_worked_table(by_hand: Return) -> None:
    assert [check for check in checks(by_hand, by_hand) if check.kind != "few"] == []


def test_a_line_that_does_not_fit_is_named(by_hand: Return) -> None:
    counts = {key: found.copy() for key, found in by_hand.counts.items()}
    counts["assessed"][0, 2] = 7
    counts["in_situ"][1, 6] += 1
    wrong = [check for check in checks(Return(by_hand.lines, by_hand.bands, counts), None) if check.kind == "sum"]
    assert {check.line for check in wrong} == {"assessed", "cancers"}


def test_a_jump_since_last_year_is_named_and_chance_is_not() -> None:
    """Referred 30 of 1000 last year: 60 is a jump, 36 is not."""
    before, same, more = (a_year((n, REFERRED), (1000 - n, {})) for n in (30, 36, 60))
    assert [check for check in checks(same, before) if check.kind == "jump"] == []
    (jump,) = [check for check in checks(more, before) if check.kind == "jump"]
    assert jump.line == "referred"
    assert str(jump.said) == "Referred for assessment, first rounds: 6.0 after 3.0 last year, per 100"


def test_who_has_no_date_of_birth_stands_apart() -> None:
    made = a_year((3, {"age": np.nan}), (2, {"age": 44.0}), (1, {"age": 75.0}))
    assert made.counts["screened"][0].tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 1, 3]


def test_years() -> None:
    day = date(2026, 11, 23)
    assert list(financial_years(day))[:2] == ["2026", "2025"]
    assert str(financial_years(day)["2025"].name) == "2025–26"
    assert (financial_years(date(2026, 3, 31))["2025"].end, financial_years(day)["2026"].end) == (date(2026, 3, 31), day)
    assert year_before(financial_years(day)["2025"]).start == date(2024, 4, 1)
    assert year_before(financial_years(day)["2025"]).end == date(2025, 3, 31)
    assert year_before(calendar_years(day)["2026"]).end == date(2025, 11, 23)


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    with transaction() as opened:
        yield opened


@pytest.fixture
def manager(session: Session) -> Person:
    a_site(session)
    return a_person(session, "mona", role=Role.manager, everywhere=True)


def said(session: Session, who: Participant, kind: str, value: dict[str, Any], *, days_ago: int = 900) -> None:
    day = today() - timedelta(days=days_ago)
    session.add(ParticipantFact(participant_id=who.id or 0, kind=kind, value=value, valid_from=day, entered_at=ago(days_ago)))
    session.flush()


def exported(session: Session, manager: Person) -> list[dict[str, Any]]:
    found = figures(session, manager, Question("lung", periods(today())["all"]))
    made = lcsr(session, manager, found)
    return [dict(zip(made.header, row, strict=True)) for row in made.rows]


def test_a_lung_exam_is_one_row_with_what_was_known_on_its_day(session: Session, manager: Person) -> None:
    who = a_participant(session)
    said(session, who, "ever_smoker", {"said": True})
    said(session, who, "current_smoker", {"said": False})
    said(session, who, "smoking", {"cigarettes_per_day": 30, "years": 20, "quit_on": f"{today().year - 5}-01"})
    exam = a_screen(session, programme="lung", who=who, days_ago=400, category="4A", decision=D.assessment, cancer_after=30)
    said(session, who, "current_smoker", {"said": True}, days_ago=10)
    (row,) = exported(session, manager)
    assert (row["smoking_status"], row["pack_years"], row["exam_date"]) == ("former", 30.0, exam.exam_date)
    assert (row["lung_rads"], row["indication"], row["cancer_within_365_days"], row["participant"]) == ("4A", "baseline", "yes", who.number)
    since = (exam.exam_date.year - today().year + 5) + (exam.exam_date.month - 1) / 12
    assert row["years_since_quitting"] == round(since, 1)
    assert "modifier_s" in row["missing"]
    assert "pack_years" not in row["missing"]


def test_what_nobody_said_is_named_as_missing_and_never_guessed(session: Session, manager: Person) -> None:
    who = a_participant(session)
    a_screen(session, programme="lung", who=who, days_ago=400)
    other = a_participant(session)
    said(session, other, "ever_smoker", {"said": False})
    a_screen(session, programme="lung", who=other, days_ago=400)
    a_screen(session, programme="lung", days_ago=300, category=None)
    by_number = {row["participant"]: row for row in exported(session, manager)}
    assert len(by_number) == 2
    unknown, never = by_number[who.number], by_number[other.number]
    assert unknown["smoking_status"] is unknown["pack_years"] is unknown["ctdivol_mgy"] is None
    assert {"smoking_status", "pack_years", "years_since_quitting", "ctdivol_mgy"} <= set(unknown["missing"].split(", "))
    assert (never["smoking_status"], never["pack_years"]) == ("never", 0.0)
    assert "years_since_quitting" not in never["missing"]
    assert set(unknown["missing"].split(", ")) <= set(HEADER)


def test_a_measure_report_is_valid_fhir_and_its_scores_are_those_of_the_page(session: Session) -> None:
    a_site(session)
    south = a_site(session, "SOUTH", name="South clinic")
    for days in range(400, 440):
        a_screen(session, days_ago=days, category="0" if days < 428 else "1", decision=D.assessment if days < 428 else D.routine_recall)
        a_screen(session, days_ago=days, site=south)
    boss = a_person(session, "bela", role=Role.manager, everywhere=True)
    found = figures(session, boss, Question("breast", periods(today())["all"]))
    made = json.loads(json.dumps(measure_report(found, at=now())))
    report = MeasureReport.model_validate(made)
    assert (report.status, report.type) == ("complete", "summary")
    groups = {group["id"]: group for group in made["group"]}
    shown = [one for one in found.whole.indicators if one.absent is None]
    assert set(groups) == {one.key.replace("_", "-") for one in shown}
    for one in shown:
        group = groups[one.key.replace("_", "-")]
        assert [population["count"] for population in group["population"]] == [one.numerator, one.denominator]
        if one.stable and one.interval is not None:
            assert group["measureScore"]["value"] == pytest.approx(one.interval.value * UNITS[one.unit][2], abs=1e-6)
        else:
            assert "measureScore" not in group
    recall = groups["recall"]
    assert recall["measureScore"]["value"] == 35.0
    strata = {stratum["value"]["text"]: stratum["population"][0]["count"] for stratum in recall["stratifier"][0]["stratum"]}
    assert strata == {"North clinic": 28, "South clinic": 0}
