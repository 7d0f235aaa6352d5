"""The programme's own reads that can be replayed: two blind ones of a screening exam, its decision, and the AI score as it was stored.

A read of somebody who had seen the AI result or another opinion is not an independent one, and where the AI had decided how many read an
exam, those read twice were chosen by it: such exams are left out, counted by reason.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from threading import Lock

import numpy as np
import pandas as pd
from sqlmodel import Session

from core.access import Person
from core.columns import current
from core.metrics.labels import Bools
from core.metrics.screening import bools, final
from core.metrics.simulate import Reads, reads_of
from core.simulation.led import led_exams, read_by_ai_policy
from core.words import N_, Sentence, say
from core.workflow import cohort

RECALLS = ("assessment", "short_term_recall")
FEWEST = 100
"""Below so many exams nothing is simulated; a setting of ours."""
NOT_FINAL = N_("without a result of a screening exam: undecided, to be repeated, known cancer, or the answer to a recall")
ONCE = N_("read by fewer than two")
LED = N_("read by somebody who had seen the AI result or the other opinion")
BY_AI = N_("read under a policy in which the AI chose who reads")
REPEAT = N_("a reader asked for new images")
CHANGED = N_("decided otherwise than both readers said")
UNSCORED = N_("without an AI result")
KEPT = 4
_known: "OrderedDict[tuple[object, ...], Stored]" = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class LeftOut:
    """How many exams do not qualify for one reason; each exam is counted once, under the first that applies."""

    reason: str
    exams: int


@dataclass(frozen=True)
class Stored:
    """`reads` of the exams that qualify, or None with the `reason`. `models`: whose scores; `simulated`: not a network's."""

    considered: int
    left_out: tuple[LeftOut, ...]
    reads: Reads | None
    reason: Sentence | None
    models: tuple[str, ...]
    simulated: bool
    invented: bool
    both: bool

    @property
    def exams(self) -> int:
        return 0 if self.reads is None else self.reads.step.size


def stored(
    session: Session, person: Person, *, card_id: str, start: date, end: date, site_id: int | None = None, synthetic: bool | None = None
) -> Stored:
    """The exams of [start, end] at the person's sites that can be replayed; kept while nothing in the database changes."""
    every = cohort.exams_frame(session, person, card_id=card_id, start=start, end=end, site_id=site_id)
    kept = current(session)
    asked = (str(session.get_bind().engine.url), kept.mark, kept.stamp, person.grants, card_id, start, end, site_id, synthetic)
    with _lock:
        if asked in _known:
            _known.move_to_end(asked)
            return _known[asked]
    frame, invented, both = cohort.of_one_kind(every, synthetic)
    made = _qualified(session, frame, card_id, invented, both)
    with _lock:
        _known[asked] = made
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return made


def _qualified(session: Session, frame: pd.DataFrame, card_id: str, invented: bool, both: bool) -> Stored:
    twice = bools(frame.reads >= 2)
    first, second, decided = (_recalls(frame[name]) for name in ("first_decision", "second_decision", "decision"))
    repeat = bools(frame.first_decision.eq("technical_recall")) | bools(frame.second_decision.eq("technical_recall"))
    reasons = {
        NOT_FINAL: ~final(frame),
        ONCE: ~twice,
        LED: frame.exam_id.isin(led_exams(session)).to_numpy(dtype=bool),
        BY_AI: read_by_ai_policy(session, card_id, frame),
        REPEAT: repeat,
        CHANGED: (first == second) & (decided != first),
        UNSCORED: np.asarray(frame.step.isna(), dtype=bool),
    }
    use, left_out = np.ones(len(frame), dtype=bool), []
    for reason, out in reasons.items():
        if n := int((use & out).sum()):
            left_out.append(LeftOut(reason, n))
        use &= ~out
    rows = frame[use]
    why = _too_few(len(rows), len(frame))
    reads = None if why else _reads(rows, first[use], second[use], decided[use])
    models = tuple(sorted(rows.model.dropna().unique()))
    return Stored(len(frame), tuple(left_out), reads, why, models, bool(bools(rows.model_synthetic.eq(True)).any()), invented, both)


def _reads(rows: pd.DataFrame, first: Bools, second: Bools, decided: Bools) -> Reads:
    """Outcomes count once 365 days have passed; work counts of every exam."""
    followed = bools(rows.mature)
    cancer = followed & bools(rows.cancer_365.eq(True))
    return reads_of(rows.participant_id, cancer, first, second, decided, rows.step.astype(int), followed)


def _recalls(decisions: "pd.Series[str]") -> Bools:
    return decisions.isin(RECALLS).to_numpy(dtype=bool)


def _too_few(qualified: int, considered: int) -> Sentence | None:
    if qualified >= FEWEST:
        return None
    if not considered:
        return say(N_("there is no exam in this period"))
    return say(N_("only {n} of {all} exams can be replayed; at least {fewest} are needed"), n=qualified, all=considered, fewest=FEWEST)
