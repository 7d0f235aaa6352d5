"""The outcome that biopsies and pathology speak for. It is offered with its reason; a person records it, or does not."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from core.outcomes import assessments, pathology
from core.outcomes.assessments import BIOPSIES
from core.outcomes.histology import malignant
from core.words import N_, Sentence, say
from core.workflow import outcomes
from db.enums import Certainty, OutcomeKind
from db.tables import Assessment, Outcome, Pathology

CANCERS = (OutcomeKind.cancer, OutcomeKind.interval_cancer)
BIOPSY = {
    OutcomeKind.cancer: N_("the biopsy of {day} is malignant; pathology is not final"),
    OutcomeKind.benign: N_("the biopsy of {day} is benign; pathology is not final"),
}


@dataclass(frozen=True)
class Proposal:
    """An outcome with the reason why it is proposed."""

    kind: OutcomeKind
    certainty: Certainty
    happened_on: date
    source: str
    because: Sentence


def propose(session: Session, exam_id: int) -> Proposal | None:
    """What the newest unrefused entries say and the present outcome does not; None when there is nothing to propose.

    A biopsy stands for the outcome provisionally until pathology is final.
    """
    done = [row for row in assessments.standing(session, exam_id) if row.kind in BIOPSIES]
    found = _by_pathology(pathology.standing(session, exam_id), done) or _by_biopsy(done)
    present = outcomes.latest(session, exam_id)
    if found is None or (present is not None and _settled(found, present)):
        return None
    return found


def _settled(found: Proposal, present: Outcome) -> bool:
    """Whether the present outcome says it already, or is final where the proposal is not."""
    same = present.kind in CANCERS if found.kind in CANCERS else present.kind == found.kind
    if found.certainty == Certainty.provisional:
        return same or present.certainty == Certainty.final
    return same and present.certainty == Certainty.final


def _by_pathology(reports: tuple[Pathology, ...], done: list[Assessment]) -> Proposal | None:
    """The worst of the sides; final only when every side is."""
    named = [(row, malignant(row.histology)) for row in reports]
    named = [(row, bad) for row, bad in named if bad is not None]
    if not named:
        return None
    ill = [row for row, bad in named if bad]
    counted = ill or [row for row, _bad in named]
    sure = all(row.certainty == Certainty.final for row in counted)
    days = [row.happened_on for row in done if row.result == "malignant"] if ill else []
    first = counted[0]
    return Proposal(
        kind=OutcomeKind.cancer if ill else OutcomeKind.benign, certainty=Certainty.final if sure else Certainty.provisional,
        happened_on=min([*days, *(row.reported_on for row in counted)]), source=first.source,
        because=say(N_("pathology of {day} is malignant") if ill else N_("pathology of {day} is benign"), day=first.reported_on),
    )  # fmt: skip


def _by_biopsy(done: list[Assessment]) -> Proposal | None:
    for result, kind in (("malignant", OutcomeKind.cancer), ("benign", OutcomeKind.benign)):
        rows = [row for row in done if row.result == result]
        if rows and not (result == "benign" and any(row.result == "uncertain" for row in done)):
            because = say(BIOPSY[kind], day=rows[0].happened_on)
            return Proposal(kind, Certainty.provisional, rows[0].happened_on, rows[0].source, because)
    return None
