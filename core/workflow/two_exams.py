"""Two exams of one participant beside each other: what was seen, decided and scored in both, and what became of each nodule."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session

from core.access import Person
from core.errors import Rejected
from core.words import N_, Sentence, say
from core.workflow import reading
from core.workflow.breast_beside import WORDS
from core.workflow.nodule_lines import NodulePoint
from core.workflow.opinion_parts import NODULES
from core.workflow.outcomes import latest
from core.workflow.reading import Case
from core.workflow.trajectories import trajectories
from db.enums import ExamKind, OutcomeKind

Value = Sentence | str
OUTCOME = {
    OutcomeKind.cancer: N_("Cancer"),
    OutcomeKind.benign: N_("Benign"),
    OutcomeKind.no_finding: N_("No finding"),
    OutcomeKind.interval_cancer: N_("Interval cancer"),
}


@dataclass(frozen=True)
class ExamRow:
    """One thing in both exams; "" where it is not known. `change` says more than that both differ."""

    what: Sentence
    before: Value
    now: Value
    change: Value = ""

    @property
    def differs(self) -> bool:
        return str(self.before) != str(self.now)


@dataclass(frozen=True)
class TwoExams:
    """The earlier and the later one; `rows` in the order in which a reader asks. `held_back`: something is not shown yet."""

    earlier: Case
    later: Case
    days: int
    rows: tuple[ExamRow, ...]
    held_back: tuple[Sentence, ...]


def two_exams(session: Session, person: Person, exam_id: int, other_id: int) -> TwoExams:
    """Rejected for exams of different people or kinds; NotAllowed outside the person's sites."""
    both = sorted((reading.case(session, person, one) for one in (exam_id, other_id)), key=lambda case: (case.exam_date, case.exam_id))
    earlier, later = both
    if exam_id == other_id or earlier.participant.id != later.participant.id or earlier.kind != later.kind:
        raise Rejected(N_("Two different exams of one participant and of one kind are compared; choose another pair"))
    known = trajectories(session, person, earlier.participant.id)
    ids = {earlier.exam_id, later.exam_id}
    scores = {(one.exam_id, one.model): one.step for one in known.scores if one.exam_id in ids}
    rows = [*_decided(earlier, later), *_read(earlier, later), *_scores(scores, earlier, later)]
    for line in known.nodules:
        here = {point.exam_id: point for point in line.points}
        if ids & set(here):
            rows.append(_nodule(here.get(earlier.exam_id), here.get(later.exam_id)))
    outcomes = [latest(session, one.exam_id) for one in both]
    said = [say(OUTCOME[one.kind]) if one else "" for one in outcomes]
    rows.append(ExamRow(say(N_("Outcome")), said[0], said[1]))
    return TwoExams(earlier, later, (later.exam_date - earlier.exam_date).days, tuple(rows), known.held_back)


def _decided(earlier: Case, later: Case) -> Iterator[ExamRow]:
    scheme = earlier.card.scheme
    categories = [case.decision.category if case.decision else "" for case in (earlier, later)]
    decisions: list[Value] = [say(WORDS[case.decision.decision]) if case.decision else "" for case in (earlier, later)]
    yield ExamRow(say(N_("{scheme} category"), scheme=scheme), categories[0], categories[1])
    yield ExamRow(say(N_("Decision")), decisions[0], decisions[1])


def _read(earlier: Case, later: Case) -> Iterator[ExamRow]:
    reads = [", ".join(f"{read.reader}: {read.category}" for read in case.reads) for case in (earlier, later)]
    yield ExamRow(say(N_("Reads")), reads[0], reads[1])
    if earlier.kind is ExamKind.mammography:
        densities = [", ".join(sorted({read.density for read in case.reads if read.density})) for case in (earlier, later)]
        yield ExamRow(say(N_("Density by readers")), densities[0], densities[1])


def _scores(scores: dict[tuple[int, str], int], earlier: Case, later: Case) -> Iterator[ExamRow]:
    """A row for each model version, so that scores of different versions are never set against each other."""
    for model in sorted({model for _, model in scores}):
        steps = [scores.get((case.exam_id, model)) for case in (earlier, later)]
        said: list[Value] = ["" if step is None else say(N_("{step} of 10"), step=step) for step in steps]
        yield ExamRow(say(N_("AI score, {model}"), model=model), said[0], said[1])


def _nodule(before: NodulePoint | None, now: NodulePoint | None) -> ExamRow:
    """A nodule that only one exam has is said to be unmatched, not new or gone: that is for a doctor to say."""
    numbers = " → ".join(str(point.number) for point in (before, now) if point is not None)
    name = say(N_("Nodule {numbers} (AI marks)"), numbers=numbers)
    if before is None or now is None:
        return ExamRow(name, _size(before), _size(now), say(N_("not matched")))
    if not before.volume_mm3 or not now.volume_mm3 or before.model != now.model:
        return ExamRow(name, _size(before), _size(now))
    change = (now.volume_mm3 / before.volume_mm3 - 1) * 100
    return ExamRow(name, _size(before), _size(now), say(N_("volume {change:+.0f} %"), change=change))


def _size(point: NodulePoint | None) -> Value:
    """Type, mean diameter, solid part and volume, as far as they are known."""
    if point is None:
        return ""
    parts = [say(NODULES[point.kind])] if point.kind in NODULES else []
    parts += [say(N_("{size:.1f} mm"), size=point.mean_diameter_mm)] if point.mean_diameter_mm is not None else []
    parts += [say(N_("solid part {size:.1f} mm"), size=point.solid_mm)] if point.solid_mm is not None else []
    parts += [say("{volume:.0f} mm³", volume=point.volume_mm3)] if point.volume_mm3 is not None else []
    return say(", ".join(f"{{part{n}}}" for n in range(len(parts))), **{f"part{n}": part for n, part in enumerate(parts)}) if parts else ""
