"""Invented contact details, a few who left the programme, entries that may be one person, and saved cohorts."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from core.access import person
from core.cohorts import cohorts
from core.cohorts.contact_details import ContactDetails
from core.cohorts.selection import Selection
from core.cohorts.standing import CONTACT_DETAILS, DIED, MOVED_AWAY, OPTED_OUT
from core.demonstration.book import moment
from core.sealing import unseal
from core.workflow.participants import find_or_register
from db.enums import EpisodeStep
from db.tables import Episode, EpisodeEvent, Exam, Participant, ParticipantFact, Programme, Recall, Site, User

STREETS = ("Mill Lane", "Station Road", "Church Street", "Park Avenue", "High Street", "Orchard Close")
TOWNS = ("Northfield NF1 2AB", "Southgate SG4 7QT", "Eastham EH3 9LP")
WITH_EMAIL, WITH_PHONE = 0.55, 0.8
OPT_OUTS = 4
Rows = list[dict[str, Any]]


def write(session: Session, rng: random.Random, today: date) -> None:
    """Facts with the coordinator as their author, so that they read like entered ones."""
    people = session.exec(select(Participant).where(col(Participant.synthetic)).order_by(col(Participant.id))).all()
    coordinator = session.exec(select(User).where(User.login == "coordinator")).first()
    if not people or coordinator is None or coordinator.id is None:
        return
    known = [_reach(rng, one, today) for one in people] + _left(session, rng, today)
    session.execute(insert(ParticipantFact), [{**fact, "author_id": coordinator.id} for fact in known])
    _twins(session, rng, people)
    _cohorts(session, coordinator.id)


def _reach(rng: random.Random, who: Participant, today: date) -> dict[str, Any]:
    name = unseal(who.name_sealed)
    details = ContactDetails(
        address=(f"{rng.randint(1, 120)} {rng.choice(STREETS)}", rng.choice(TOWNS)),
        email=f"{who.number.casefold()}@example.org" if rng.random() < WITH_EMAIL else "",
        phone=f"+44 1632 {rng.randint(960000, 960999)}" if rng.random() < WITH_PHONE else "",
        language="en" if name.isascii() else "zh_CN",
    )
    return _fact(who.id, CONTACT_DETAILS, dict(details.sealed()), today - timedelta(days=rng.randint(30, 700)))


def _left(session: Session, rng: random.Random, today: date) -> Rows:
    """Some who were invited in vain opted out; of those who came and have no recall one died and one moved away."""
    recalled = select(Episode.participant_id).join(Exam, col(Exam.episode_id) == Episode.id)
    recalled = recalled.join(Recall, col(Recall.exam_id) == Exam.id)
    rows = select(Episode.participant_id, Programme.card_id).join(Programme, col(Programme.id) == Episode.programme_id)
    rows = rows.join(EpisodeEvent, col(EpisodeEvent.episode_id) == Episode.id).where(col(Episode.participant_id).not_in(recalled))
    absent = _once(session.exec(rows.where(EpisodeEvent.step == EpisodeStep.did_not_attend).order_by(col(Episode.id))).all())
    closed = _once(session.exec(rows.where(EpisodeEvent.step == EpisodeStep.closed).order_by(col(Episode.id))).all())
    made = []
    for n, (who, card_id) in enumerate(absent[:OPT_OUTS]):
        said = {"said": True, "programme": card_id if n else ""}
        made.append(_fact(who, OPTED_OUT, said, today - timedelta(days=rng.randint(10, 90))))
    if absent[:OPT_OUTS]:
        made.append(_fact(absent[0][0], OPTED_OUT, {"said": False, "programme": ""}, today - timedelta(days=3)))
    stay = [one for one in closed if one not in absent]
    if len(stay) > 1:
        day = today - timedelta(days=rng.randint(20, 60))
        made.append(_fact(stay[0][0], DIED, {"on": day.isoformat()}, day))
        made.append(_fact(stay[1][0], MOVED_AWAY, {"said": True, "to": "Lisbon"}, today - timedelta(days=rng.randint(20, 200))))
    return made


def _twins(session: Session, rng: random.Random, people: Sequence[Participant]) -> None:
    """Two people registered a second time: one with day and month swapped at the other site, one with the names the other way round."""
    sites = [site.id or 0 for site in session.exec(select(Site).where(col(Site.synthetic)).order_by(Site.code))]
    dated = [(one, one.birth_date) for one in people if one.birth_date]
    swapped = next(((one, day) for one, day in dated if day.day <= 12 and day.day != day.month), None)
    turned = next((pair for pair in reversed(dated) if pair != swapped), None)
    for number, (one, day) in enumerate(pair for pair in (swapped, turned) if pair is not None):
        family, _, given = unseal(one.name_sealed).partition(", ")
        born = day if number else date(day.year, day.day, day.month)
        elsewhere: int = next((site for site in sites if site != one.site_id), one.site_id)
        find_or_register(
            session, site_id=one.site_id if number else elsewhere, identifier=f"R{rng.randint(100000, 999999)}", birth_date=born,
            name=f"{given}^{family}" if number else f"{family}^{given}", sex=one.sex, synthetic=True, author="demonstration",
        )  # fmt: skip


def _cohorts(session: Session, author_id: int) -> None:
    who = person(session, author_id)
    lung = cohorts.make(session, who, "Lung, 55 to 74, taking part", Selection(programme="lung", age_from=55, age_to=74))
    wanted = Selection(programme="lung", age_from=55, age_to=74, taking_part="yes")
    cohorts.change(session, who, lung, wanted, "Those who opted out, died or moved away are left out", seen=1)
    cohorts.make(
        session, who, "Breast, recalled for assessment last", Selection(programme="breast", sex="female", last_decision="assessment")
    )


def _once(rows: Any) -> list[tuple[int, str]]:
    return list(dict.fromkeys((who, card_id) for who, card_id in rows))


def _fact(who: int | None, kind: str, value: dict[str, Any], day: date) -> dict[str, Any]:
    return {"participant_id": who, "kind": kind, "value": value, "valid_from": day, "entered_at": moment(day, 9)}
