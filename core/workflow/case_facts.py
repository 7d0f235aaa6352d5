"""What the state of cases follows from, gathered for one case or a whole queue by a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.clock import now
from core.workflow import prior_requests
from core.workflow.counting_runs import Exams
from core.workflow.discordance import Verdict, verdict
from core.workflow.earlier_images import for_comparison
from core.workflow.policies import ReadingPolicy, policies_of
from core.workflow.registry import counting_versions
from core.workflow.settled_elsewhere import not_read_here
from core.workflow.standing import standing
from core.workflow.state import CaseStanding, Facts, case_standing
from db.enums import RunOutcome
from db.tables import Claim, Decision, Exam, ModelRun, Read


@dataclass(frozen=True)
class CaseFacts:
    """One case: its policy, the AI's step (only where the policy gives the AI a part), who signed standing reads, and where it stands."""

    policy: ReadingPolicy
    step: int | None
    readers: tuple[int, ...]
    signed_at: dict[int, datetime]
    stands: CaseStanding
    for_comparison: bool = False
    """Whether these are earlier images that were asked for, which nobody reads."""


@dataclass(frozen=True)
class _Signed:
    reader_id: int
    verdict: Verdict
    at: datetime


def facts_of(session: Session, exam_id: int) -> CaseFacts:
    """Where one case stands now."""
    return cases(session, [exam_id])[exam_id]


def cases(session: Session, exam_ids: Exams) -> dict[int, CaseFacts]:
    """Exam id → where the case stands now, for these exams or those that a query finds."""
    policies = policies_of(session, exam_ids)
    reads = _reads(session, exam_ids)
    steps = steps_of(session, [exam_id for exam_id, policy in policies.items() if policy.role != "none"])
    blocked = prior_requests.blocked(session, exam_ids)
    decided = set(session.exec(select(Decision.exam_id).where(col(Decision.exam_id).in_(exam_ids))))
    decided |= {one or 0 for one in session.exec(select(col(Exam.id)).where(col(Exam.id).in_(exam_ids), not_read_here()))}
    claims = select(Claim.exam_id).where(col(Claim.exam_id).in_(exam_ids), Claim.expires_at > now())
    claimed = set(session.exec(claims))
    compared = set(session.exec(select(col(Exam.id)).where(col(Exam.id).in_(exam_ids), col(Exam.id).in_(for_comparison()))))
    found = {}
    for exam_id, policy in policies.items():
        signed = reads.get(exam_id, [])
        facts = Facts(
            policy=policy, reads=tuple(one.verdict for one in signed), signed_at=max((one.at for one in signed), default=None),
            step=steps.get(exam_id), priors_awaited=exam_id in blocked, claimed=exam_id in claimed, concluded=exam_id in decided,
        )  # fmt: skip
        readers, moments = tuple(one.reader_id for one in signed), {one.reader_id: one.at for one in signed}
        found[exam_id] = CaseFacts(policy, facts.step, readers, moments, case_standing(facts), exam_id in compared)
    return found


def steps_of(session: Session, exam_ids: Collection[int]) -> dict[int, int]:
    """Exam id → step 1–10 of the latest run of a version that counts, a network's before a simulated one; nothing without a result."""
    versions = counting_versions(session)
    newest = select(func.max(col(ModelRun.id))).where(col(ModelRun.exam_id).in_(exam_ids))
    found: dict[int, int | None] = {}
    for synthetic in (True, False) if exam_ids else ():  # later ones replace earlier ones
        ids = [version.id for version in versions if version.synthetic == synthetic]
        latest = newest.where(col(ModelRun.version_id).in_(ids)).group_by(col(ModelRun.exam_id))
        rows = select(ModelRun.exam_id, ModelRun.outcome, ModelRun.step).where(col(ModelRun.id).in_(latest))
        found |= {exam_id: step if outcome == RunOutcome.scored else None for exam_id, outcome, step in session.exec(rows)}
    return {exam_id: step for exam_id, step in found.items() if step is not None}


def _reads(session: Session, exam_ids: Exams) -> dict[int, list[_Signed]]:
    rows = select(col(Read.exam_id), col(Read.reader_id), col(Read.decision), col(Read.category), col(Read.opinion), col(Read.committed_at))  # type: ignore[call-overload]
    found: dict[int, list[_Signed]] = defaultdict(list)
    for exam_id, reader, decision, category, opinion, at in session.exec(
        rows.where(col(Read.exam_id).in_(exam_ids), standing()).order_by(col(Read.id))
    ):
        found[exam_id].append(_Signed(reader, verdict(decision, category, opinion), at))
    return found
