"""What the simulator is asked, and its answer with everything that has to be known about it."""

from dataclasses import dataclass, field

from sqlmodel import Session

from core.access import Act, Person
from core.metrics.consequences import Costs
from core.metrics.panel import Panel
from core.metrics.simulate import Policy, Reads
from core.simulation import studies
from core.simulation.policies import Weighed, todays, weighed
from core.simulation.stored import Stored, stored
from core.simulation.studies import AgainstReaders, Study
from core.words import N_, Sentence, say
from core.workflow.period import Period

OWN = "own"
"""The programme's own reads; every other source is the key of a study."""
DOUBLE = Policy("double")
NO_AI = N_("this study has no AI scores, so only readers can be compared")


@dataclass(frozen=True)
class Question:
    """`source`: "own" or a study; `model` and `reader_threshold` are of the mammography reader study only."""

    card_id: str
    period: Period
    policy: Policy
    source: str = OWN
    site_id: int | None = None
    synthetic: bool | None = None
    costs: Costs = field(default_factory=Costs)
    model: str = "GMIC_top5"
    reader_threshold: float = 0.1


@dataclass(frozen=True)
class Answer:
    """`found` or the `reason` why there is nothing; `own` or `study` says what was replayed; `today`: the policy it is held against."""

    today: Policy
    found: Weighed | None
    reason: Sentence | None
    own: Stored | None = None
    study: Study | None = None
    readers: AgainstReaders | None = None


def answer(session: Session, person: Person, asked: Question) -> Answer:
    """Replay the policy and its alternatives on the reads of the source; NotAllowed for a site that is not the person's."""
    person.must(Act.see_figures, asked.site_id)
    return _of_own(session, person, asked) if asked.source == OWN else _of_study(asked)


def _of_own(session: Session, person: Person, asked: Question) -> Answer:
    today = todays(session, asked.card_id)
    span = {"start": asked.period.start, "end": asked.period.end}
    own = stored(session, person, card_id=asked.card_id, site_id=asked.site_id, synthetic=asked.synthetic, **span)
    if own.reads is None:
        return Answer(today, None, own.reason, own=own)
    return Answer(today, _weighed(own.reads, asked, today), None, own=own)


def _of_study(asked: Question) -> Answer:
    if (gone := studies.missing(asked.source)) is not None:
        return Answer(DOUBLE, None, gone)
    study = studies.study(asked.source, model=asked.model, threshold=asked.reader_threshold)
    if not study.model and asked.policy.kind not in ("single", "double"):
        return Answer(DOUBLE, None, say(NO_AI), study=study)
    readers = studies.against_readers(asked.model) if study.model else None
    return Answer(DOUBLE, _weighed(study.panel, asked, DOUBLE), None, study=study, readers=readers)


def _weighed(source: Reads | Panel, asked: Question, today: Policy) -> Weighed:
    return weighed(source, asked.policy, today, asked.costs)
