"""Invented answers to the lung questionnaire and levels of breast risk, so that eligibility has something to say in the demonstration."""

import random
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, func, select

from core.demonstration.book import moment
from core.eligibility.questionnaire import VERSION, missing, problems
from core.eligibility.questionnaire.derive import facts
from core.rules.birthdays import birthday
from db.enums import Sex
from db.tables import Episode, Participant, ParticipantFact, Programme, Questionnaire

UNANSWERED, HALF_DONE, UNSURE = 0.12, 0.04, 0.06
"""Shares of the lung participants who were never asked, whose draft lies there, and who did not know something."""
LEVELS = (("family_history", 0.05), ("high", 0.015))
Rows = list[dict[str, Any]]


def write(session: Session, rng: random.Random, today: date) -> None:
    """Questionnaires before the first invitation of the lung programme, and levels of risk of some women."""
    drafts: Rows = []
    known: Rows = []
    for who, birth, sex, first in _people(session, "lung"):
        if birth is None:
            continue
        day = min(first - timedelta(days=rng.randint(5, 40)), today)
        answers = _answers(rng, birth, day, female=sex == Sex.female)
        chance = rng.random()
        if chance < UNANSWERED or problems(answers, birth, day) or missing(answers):
            continue
        submitted = chance >= UNANSWERED + HALF_DONE
        at = moment(day if submitted else today - timedelta(days=2), 10)
        told = answers if submitted else dict(list(answers.items())[:7])
        drafts.append({
            "participant_id": who, "card_id": "lung", "version": VERSION, "answers": told, "started_at": at, "saved_at": at,
            "submitted_at": at if submitted else None,
        })  # fmt: skip
        known += [_fact(who, kind, value, day) for kind, value in facts(answers, birth, day).items()] if submitted else []
    for who, _birth, _sex, first in _people(session, "breast"):
        level = next((name for name, share in LEVELS if rng.random() < share), None)
        known += [_fact(who, "breast_risk", {"level": level, "source": "Letter of the family clinic"}, first)] if level else []
    for table, rows in ((Questionnaire, drafts), (ParticipantFact, known)):
        if rows:
            session.execute(insert(table), rows)


def _people(session: Session, card_id: str) -> list[tuple[int, date | None, Sex, date]]:
    """Participants of a programme at invented sites with the day on which their first round began."""
    rows = select(col(Participant.id), col(Participant.birth_date), col(Participant.sex), func.min(col(Episode.opened_at)))
    rows = rows.join(Episode, col(Episode.participant_id) == Participant.id).join(Programme, col(Programme.id) == Episode.programme_id)
    rows = rows.where(Programme.card_id == card_id, col(Participant.synthetic)).order_by(col(Participant.id))
    rows = rows.group_by(col(Participant.id), col(Participant.birth_date), col(Participant.sex))
    return [(who or 0, birth, sex, opened.date()) for who, birth, sex, opened in session.exec(rows)]


def _answers(rng: random.Random, birth: date, day: date, *, female: bool) -> dict[str, Any]:
    """A person of a lung programme: most smoked long, many have stopped, a few never smoked."""
    if rng.random() < 0.08:
        return {"ever_smoked": "no"}
    started, now = rng.randint(14, 24), rng.random() < 0.55
    said: dict[str, Any] = {
        "ever_smoked": "yes", "current": "yes" if now else "no", "started_age": started, "pause_years": rng.choice((0, 0, 0, 1, 2, 4)),
        "tobacco": rng.choice((["cigarettes"], ["cigarettes"], ["cigarettes", "rolled"], ["rolled"], ["cigarettes", "cigars"])),
    }  # fmt: skip
    if not now:
        begun = birthday(birth, started)
        span = (day - begun).days
        said["quit_on"] = (begun + timedelta(days=round(span * rng.uniform(0.55, 0.98)))).strftime("%Y-%m")
    for kind in ("cigarettes", "rolled"):
        if kind in said["tobacco"]:
            said[f"{kind}_usual"] = rng.choice((5, 8, 10, 12, 15, 20, 20, 25, 30))
    if "cigarettes" in said["tobacco"] and rng.random() < 0.25:
        said |= {"cigarettes_more": said["cigarettes_usual"] + 10, "cigarettes_more_years": rng.randint(2, 8)}
    height = rng.gauss(163 if female else 176, 6)
    said |= {"height_cm": round(height), "weight_kg": round((height / 100) ** 2 * max(rng.gauss(27, 4), 17))}
    return said | _background(rng)


def _background(rng: random.Random) -> dict[str, Any]:
    def said(share: float) -> str:
        return "unknown" if rng.random() < UNSURE / 3 else "yes" if rng.random() < share else "no"

    shares = {
        "copd": 0.14, "emphysema": 0.07, "bronchitis": 0.09, "pneumonia": 0.12, "tuberculosis": 0.01, "asbestos": 0.07, "cancer": 0.07,
        "relatives": 0.17,
    }  # fmt: skip
    found: dict[str, Any] = {
        "education": rng.choice(("1", "2", "2", "3", "3", "4", "5", "6")),
        "race": rng.choices(("white", "asian", "black", "unknown"), (88, 6, 4, 2))[0],
        **{key: said(share) for key, share in shares.items()},
    }
    found |= {"cancer_elsewhere": said(0.6)} if found["cancer"] == "yes" else {}
    return found | ({"relatives_before_60": said(0.35)} if found["relatives"] == "yes" else {})


def _fact(who: int, kind: str, value: dict[str, Any], day: date) -> dict[str, Any]:
    return {"participant_id": who, "kind": kind, "value": value, "valid_from": day, "entered_at": moment(day, 10), "author_id": None}
