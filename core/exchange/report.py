"""The report of a concluded case: who, what was decided and why, what was seen, by whom, and what the AI said beside it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from string import ascii_uppercase

from sqlmodel import Session, col, select

from core.access import Person
from core.clock import today
from core.errors import Conflict
from core.exchange import report_ai
from core.exchange.content import Block, Content, Facts, Pictures, Section, Signature, Text
from core.exchange.key_images import key_images
from core.exchange.letter import PAGE
from core.exchange.report_findings import findings, rule
from core.rules import birads, lung_rads
from core.tongue import Tongue
from core.words import N_
from core.workflow.breast_beside import WORDS
from core.workflow.opinion import Opinion
from core.workflow.programmes import due
from core.workflow.reading import Case, DecisionLine
from db.enums import ExamKind, ProgrammeDecision
from db.tables import Arbitration, ArbitrationAuthor, Recall, User

TEMPLATE, VERSION = "report", "1.1"
TITLES = {ExamKind.lung_ct: N_("Screening report: low-dose CT of the chest"), ExamKind.mammography: N_("Screening report: mammography")}
SCHEMES = {ExamKind.lung_ct: lung_rads, ExamKind.mammography: birads}
INVENTED = N_("Demonstration: this person is invented")
PHANTOM = N_("Phantom: the images are procedural and show no person")
NOT_YET = N_("This case is not concluded yet; a report or letter is written after the decision")


@dataclass(frozen=True)
class Signed:
    """An opinion that stands in the report, and who signed it when; `letter`: its marks on the key images, "" where it is the only one."""

    letter: str
    who: str
    at: datetime
    said: Opinion
    saw_ai: bool
    arbitrated: bool


def report(session: Session, person: Person, case: Case, tongue: Tongue) -> Content:
    """The report in one language; Conflict while the case is not concluded."""
    if case.decision is None:
        raise Conflict(NOT_YET)
    opinions = signed(session, case)
    pictures, notes = key_images(session, person, case, {one.letter: one.said for one in opinions}, tongue)
    shown: list[Block] = [Pictures(pictures)] if pictures else []
    return Content(
        language=tongue.language,
        title=tongue.say(TITLES[case.kind]),
        subtitle=f"{tongue.say(case.card.name)} · {case.participant.site_name}",
        running=f"{case.participant.number} · {tongue.day(case.exam_date)}",
        foot=tongue.say(N_("Report, version {version}; written {day}"), version=VERSION, day=today()),
        page=tongue.catalogue.get(PAGE, PAGE),
        warnings=[*_warnings(case, tongue), *report_ai.warnings(case, tongue)],
        sections=[
            Section("", [Facts(_who(case, tongue))]),
            Section(tongue.say(N_("Result")), _result(session, case, case.decision, opinions, tongue)),
            *(Section(_title(one, tongue), findings(one.said, case.card.scheme, tongue)) for one in opinions),
            Section(tongue.say(N_("Key images")), [*shown, *(Text(note, quiet=True) for note in notes)]),
            Section(tongue.say(N_("AI result")), report_ai.ai(case, tongue)),
            *([Section(tongue.say(N_("About the AI model")), about)] if (about := report_ai.about(case, tongue)) else []),
            *([Section(tongue.say(N_("Limits of the AI model")), limits)] if (limits := report_ai.limits(case, tongue)) else []),
            Section(tongue.say(N_("Signatures")), _signatures(opinions, case.decision, tongue)),
        ],
    )


def signed(session: Session, case: Case) -> list[Signed]:
    """The arbitration first, where there was one, and every read that stands."""
    found = [Signed("", read.reader, read.committed_at, read.said, read.saw_ai, False) for read in case.reads]
    row = session.exec(select(Arbitration).where(Arbitration.exam_id == case.exam_id)).first()
    if row is not None:
        names = select(User.name).join(ArbitrationAuthor, col(ArbitrationAuthor.user_id) == User.id)
        authors = sorted(session.exec(names.where(ArbitrationAuthor.arbitration_id == row.id)))
        said = Opinion.from_json(row.opinion, category=row.category, decision=row.decision)
        found.insert(0, Signed("", ", ".join(authors), row.at, said, bool(row.seen.get("run")), True))
    return found if len(found) < 2 else [replace(one, letter=letter) for letter, one in zip(ascii_uppercase, found, strict=False)]


def due_day(session: Session, case: Case, decision: DecisionLine) -> date:
    """The recall's own date where one was opened, else what the programme's card promises; the next round counts from the exam."""
    recall = session.exec(select(Recall).where(Recall.decision_id == decision.id)).first()
    if recall is not None:
        return recall.due
    routine = decision.decision == ProgrammeDecision.routine_recall
    return due(case.card, decision.decision, case.exam_date if routine else decision.at.date(), decision.category)


def _who(case: Case, tongue: Tongue) -> list[tuple[str, str]]:
    who = case.participant
    return [
        (tongue.say(N_("Participant")), who.name),
        (tongue.say(N_("Number")), who.number),
        (tongue.say(N_("Born")), tongue.day(who.birth_date)),
        (tongue.say(N_("Hospital number")), who.identifier),
        (tongue.say(N_("Sex")), tongue.say(who.sex.value)),
        (tongue.say(N_("Exam")), tongue.say(N_("{day}, round {n}"), day=case.exam_date, n=case.round)),
    ]


def _result(session: Session, case: Case, decision: DecisionLine, opinions: list[Signed], tongue: Tongue) -> list[Block]:
    category = case.card.category(decision.category)
    name = f" – {tongue.say(category.name)}" if category else ""
    scheme = SCHEMES[case.kind]
    what = tongue.say(WORDS[decision.decision])
    next_day = tongue.say(N_("next round due {day}") if decision.decision == ProgrammeDecision.routine_recall else N_("due {day}"),
                          day=due_day(session, case, decision))  # fmt: skip
    blocks: list[Block] = [
        Text(f"{case.card.scheme} {decision.category}{name}", strong=True),
        Text(tongue.say(N_("Recommendation: {what}, {due}"), what=what, due=next_day), strong=True),
        Text(tongue.say(N_("Decided on {at}: {reason}"), at=decision.at, reason=tongue.show(decision.reason))),
        Text(tongue.say(N_("Category by {rule} ({source})"), rule=f"{scheme.NAME} {scheme.VERSION}", source=scheme.SOURCE), quiet=True),
    ]  # fmt: skip
    for one in opinions:
        blocks.append(Text(tongue.say(N_("The rule beside {name}: {said}"), name=one.who, said=rule(one.said, tongue)), quiet=True))
    return [*blocks, *([Text(tongue.say(N_("About the images: {problem}"), problem=case.problem))] if case.problem else [])]


def _title(one: Signed, tongue: Tongue) -> str:
    template = N_("Findings of the arbitration by {name}") if one.arbitrated else N_("Findings of {name}")
    marks = f" ({tongue.say(N_('marks {letter}'), letter=one.letter)})" if one.letter else ""
    return tongue.say(template, name=one.who) + marks


def _signatures(opinions: list[Signed], decision: DecisionLine, tongue: Tongue) -> list[Block]:
    """Who signed what in the program, and a line for the hand of whoever sends the report."""
    seen, unseen = tongue.say(N_("AI result in sight")), tongue.say(N_("without AI"))
    lines = [
        tongue.say(N_("{name}: signed on {at}, {category}, {seen}"), name=one.who, at=one.at, category=one.said.category,
                   seen=seen if one.saw_ai else unseen)
        for one in opinions
    ]  # fmt: skip
    below = tongue.say(N_("Name, date, signature (decision: {name})"), name=decision.author)
    return [*(Text(line) for line in lines), Signature(below)]


def _warnings(case: Case, tongue: Tongue) -> list[str]:
    return [tongue.say(text) for text, holds in ((INVENTED, case.synthetic), (PHANTOM, case.phantom)) if holds]
