"""Two versions of a model on the exams that both scored: which ranks better, and what calling by the other would change."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlmodel import Session

from core.access import Person
from core.clock import today
from core.metrics.accuracy import FEWEST
from core.metrics.mcnemar import Discordance
from core.metrics.screening import bools, final
from core.metrics.versions import Versions, disagreement, versions
from core.monitoring.kept_runs import runs_of
from core.words import N_, Sentence, say
from core.workflow import cohort
from core.workflow.performance import version_of

WITHOUT = N_("No result, because no exam was scored by both versions.")
FEW = N_(
    "No result, because only {cancers} of the {n} exams that both versions scored and that are followed up have a cancer and {healthy} "
    "have none; at least {fewest} of each are needed."
)


@dataclass(frozen=True)
class TwoVersions:
    """On the exams of a period that both scored. `calls` needs no outcome; `outcomes` is None exactly when `reason` says why."""

    first: str
    second: str
    both_scored: int
    only_first: int
    only_second: int
    """Exams that got a result from one of them alone."""
    thresholds: tuple[float, float]
    """From here on each calls the same share of the exams that both scored."""
    calls: Discordance | None
    outcomes: Versions | None
    reason: Sentence | None
    waiting: int
    """Exams that both scored and that are not followed up yet."""


def two_versions(
    session: Session, person: Person, *, card_id: str, first: str, second: str, start: date, end: date, share: float,
    site_id: int | None = None, synthetic: bool | None = None, as_of: date | None = None,
) -> TwoVersions:  # fmt: skip
    """Compare two versions "name.tag" on the exams of [start, end]; Rejected when there is no such version."""
    known = as_of or today()
    every = cohort.exams_frame(session, person, card_id=card_id, start=start, end=end, site_id=site_id, as_of=known)
    frame = cohort.of_one_kind(every, synthetic)[0].drop(columns=["score", "step"])
    for name, model in (("a", first), ("b", second)):
        runs = runs_of(session, version_of(session, model).id or 0, known).rename(columns={"score": name})
        frame = frame.merge(runs, on="exam_id", how="left")
    one, other = frame.a.notna(), frame.b.notna()
    both = frame[one & other]
    a, b = both.a.to_numpy(dtype=np.float64), both.b.to_numpy(dtype=np.float64)
    counts = {"both_scored": len(both), "only_first": int((one & ~other).sum()), "only_second": int((other & ~one).sum())}
    if not len(both):
        return TwoVersions(first, second, **counts, thresholds=(0, 0), calls=None, outcomes=None, reason=say(WITHOUT), waiting=0)
    thresholds = float(np.quantile(a, 1 - share, method="higher")), float(np.quantile(b, 1 - share, method="higher"))
    ready = final(both) & bools(both.mature)
    truth = bools(both.cancer_365.eq(True))[ready]
    few = min(int(truth.sum()), int((~truth).sum())) < FEWEST
    reason = say(FEW, cancers=int(truth.sum()), healthy=int((~truth).sum()), n=len(truth), fewest=FEWEST) if few else None
    person_ids = both.participant_id.to_numpy()[ready]
    return TwoVersions(
        first, second, **counts, thresholds=thresholds, calls=disagreement(a, b, thresholds=thresholds), reason=reason,
        outcomes=None if few else versions(truth, a[ready], b[ready], person_ids, thresholds=thresholds),
        waiting=int((final(both) & ~bools(both.mature)).sum()),
    )  # fmt: skip
