"""Whether somebody is to be screened on a day: taking part first, then the programme's rule on the facts that held on that day."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from core.access import Act, Person
from core.eligibility import breast, lung
from core.eligibility.known import Known, known
from core.eligibility.lung_inputs import lung_inputs
from core.eligibility.verdict import RuleSaid, Verdict, cannot_be_said, listed
from core.errors import NotAllowed, Rejected
from core.rules import breast_bands, tlhc
from core.rules.breast_bands import band_on
from core.words import N_, Sentence, say
from core.workflow.programmes import card
from db.tables import Participant

__all__ = ["NEEDED", "eligible", "of_person", "verdict", "verdicts"]

NEEDED = ("ever_smoker",)
"""The fact that tells that a lung questionnaire, or a list that stands for one, has been answered."""
LEVELS = {
    "routine": N_("Yes: in the age band of routine screening"),
    "family_history": N_("Yes: in the band for breast cancer in the family"),
    "high": N_("Yes: at high risk"),
}


def eligible(session: Session, participant_id: int, card_id: str, on: date) -> Verdict:
    """The verdict on one participant; Rejected when there is none of that number. Callers look at sites themselves."""
    found = verdicts(session, [participant_id], card_id, on).get(participant_id)
    if found is None:
        raise Rejected(N_("There is no participant number {id}"), id=participant_id)
    return found


def of_person(session: Session, person: Person, participant_id: int, card_id: str, on: date) -> Verdict:
    """The same for a page; NotAllowed outside the person's sites."""
    found = session.get(Participant, participant_id)
    if found is None or found.site_id not in person.sites(Act.see_participants):
        raise NotAllowed(N_("This participant is not at one of your sites."))
    return eligible(session, participant_id, card_id, on)


def verdicts(session: Session, ids: Collection[int], card_id: str, on: date) -> dict[int, Verdict]:
    """Participant id → verdict, for as many as a page shows, by a fixed number of queries."""
    return {who: verdict(of, card_id) for who, of in known(session, ids, on).items()}


def verdict(of: Known, card_id: str) -> Verdict:
    """The verdict on what is known."""
    found = _lung(of) if card(card_id).id == "lung" else _breast(of)
    out = _not_taking_part(of, card_id)
    if out is None:
        return found
    return replace(found, eligible=False, because=out, missing=())


def _lung(of: Known) -> Verdict:
    asked = lung_inputs(of)
    plco, llp = lung.risks(asked)
    rule = lung.lung_health_check(asked, plco, llp)
    answered = any(of.said(kind) is not None for kind in NEEDED)
    because = _because(rule)
    if rule.eligible is None and not answered and rule.problem is None and asked.birth is not None:
        because = say(N_("It cannot be said, because the lung questionnaire has not been answered"))
    if rule.eligible:
        above = [risk for risk in (plco, llp) if risk.value is not None and risk.limit is not None and risk.value >= risk.limit]
        because = say(N_("Yes: {risks}"), risks=listed(_reaches(risk.rule, risk.value, risk.limit) for risk in above))
    return Verdict(
        of.participant_id, "lung", of.on, rule.eligible, because, tlhc.NAME, tlhc.VERSION, tlhc.SOURCE, rule.missing, (plco, llp),
        lung.american_rules(asked), rule.given, asked=answered,
    )  # fmt: skip


def _breast(of: Known) -> Verdict:
    used = breast.setting()
    rule, compared = breast.bands(of, used), breast.bands(of, breast_bands.NHS)
    gail = breast.gail_risk(of)
    because, band = _because(rule), None
    if rule.eligible and of.birth is not None:
        band = band_on(used, breast.level(of), of.birth, of.on)
        because = say(LEVELS[breast.level(of)])
    return Verdict(
        of.participant_id, "breast", of.on, rule.eligible, because, used.name, used.version, used.source, rule.missing,
        (gail,) if gail else (), (compared,), rule.given, band.days if band else None, band.months if band else None,
    )  # fmt: skip


def _because(rule: RuleSaid) -> Sentence:
    if rule.eligible is False:
        return say(N_("No: {reasons}"), reasons=listed(rule.against, "; "))
    if rule.problem is not None:
        return say(N_("It cannot be said: {problem}"), problem=rule.problem)
    return cannot_be_said(rule.missing)


def _reaches(rule: str, value: float | None, limit: float | None) -> Sentence:
    return say(N_("{rule} {percent:.2f} % (limit {limit:.2f} %)"), rule=rule, percent=100 * (value or 0), limit=100 * (limit or 0))


def _not_taking_part(of: Known, card_id: str) -> Sentence | None:
    """Why somebody is not to be screened whatever the rules say; None for who takes part."""
    stands = of.stands
    if stands.merged_into is not None:
        return say(N_("No: this entry was merged into another one"))
    if stands.died is not None:
        return say(N_("No: died on {day}"), day=stands.died)
    if card_id in stands.opted_out:
        return say(N_("No: opted out of this programme"))
    if card_id in of.cancers:
        return say(N_("No: cancer recorded on {day}, so that care stands in place of screening"), day=of.cancers[card_id])
    return say(N_("No: moved away")) if stands.moved_away else None
