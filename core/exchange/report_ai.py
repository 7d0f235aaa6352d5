"""The AI's part of a report: what it said, which model and weights said it, and what it was never tested on. A witness, not a verdict."""

from core.exchange.content import Block, Facts, Table, Text
from core.tongue import Tongue
from core.words import N_
from core.workflow import breast_result
from core.workflow.ai import AiResult, FindingLine
from core.workflow.appearance import THIRDS, appearance
from core.workflow.opinion_parts import NODULES, SIDES
from core.workflow.reading import Case

RESEARCH = N_("Research use only, not for clinical decisions")
SIMULATED = N_("The AI result is simulated: no network stands behind it")


def ai(case: Case, tongue: Tongue) -> list[Block]:
    """What was said by the run that readers saw, else by the one that counts; or why there is no result."""
    if case.ai is None:
        return [Text(tongue.say(N_("No result, because: {reason}"), reason=case.ai_reason))]
    found = case.ai
    weights = tongue.say(N_("Weights (SHA-256): {hash}"), hash=found.weights_sha256)
    blocks: list[Block] = [Facts(_facts(found, tongue)), Text(weights, quiet=True)]
    blocks += _meaning(found, tongue)
    if found.findings:
        blocks.append(_marks(found.findings, tongue))
    else:
        blocks.append(Text(tongue.say(N_("Nothing was marked. That is not a statement that nothing is there."))))
    blocks.append(Text(tongue.say(N_("The marks are the model's own; a doctor decided whether they mean anything.")), quiet=True))
    blocks += [Text(tongue.say(str(warning)), quiet=True) for warning in found.result.get("warnings", ())]
    return blocks


def about(case: Case, tongue: Tongue) -> list[Block]:
    """What the model is for, whose images it learnt from, under which licence, and how good it was measured to be, with n."""
    if case.ai is None:
        return []
    told = case.ai.about
    named = ((N_("Intended use"), told.intended_use), (N_("Trained on"), told.training_data), (N_("Licence"), told.licence))
    blocks: list[Block] = [Text(f"{tongue.say(label)}: {tongue.say(text)}", quiet=True) for label, text in named if text]
    rows = [(tongue.say(said), f"{one.interval.value:.3f}", f"{one.interval.low:.3f}–{one.interval.high:.3f}", tongue.number(one.n))
            for said, one in told.figures]  # fmt: skip
    head = (tongue.say(N_("Figure")), tongue.say(N_("Value")), tongue.say(N_("95 % interval")), "n")
    return [*blocks, *([Table(head, rows, (52, 14, 20, 10))] if rows else [])]


def limits(case: Case, tongue: Tongue) -> list[Block]:
    """What the model's card warns of, one line each."""
    return [Text(f"• {tongue.say(limit)}", quiet=True) for limit in (case.ai.limits if case.ai else ())]


def warnings(case: Case, tongue: Tongue) -> list[str]:
    """What nobody may overlook about the AI result."""
    if case.ai is None:
        return []
    return [tongue.say(text) for text, holds in ((RESEARCH, case.ai.research_use), (SIMULATED, case.ai.synthetic)) if holds]


def _facts(found: AiResult, tongue: Tongue) -> list[tuple[str, str]]:
    breasts = found.result.get("breasts") or {}
    sides = [f"{tongue.say(SIDES[side])} {breasts[side]:.2f}" for side in ("R", "L") if breasts.get(side) is not None]
    return [
        (tongue.say(N_("Model")), f"{found.model}.{found.tag}"),
        (tongue.say(N_("Run")), tongue.moment(found.finished_at)),
        (tongue.say(N_("Score")), tongue.say(N_("{step} of 10"), step=found.step) if found.step is not None else "–"),
        (tongue.say(N_("Suspicion per breast")), ", ".join(sides)) if sides else (tongue.say(N_("Device")), found.device or "–"),
    ]


def _meaning(found: AiResult, tongue: Tongue) -> list[Block]:
    """Score, density and suspicion of a mammogram in words."""
    told = breast_result.of(found)
    said = ((N_("Score"), told.score), (N_("Density by the AI"), told.density), (N_("Dense tissue"), told.share),
            (N_("Suspicion"), told.screening), (N_("Views"), told.rests_on))  # fmt: skip
    return [Text(f"{tongue.say(label)}: {tongue.show(sentence)}") for label, sentence in said if sentence is not None]


def _marks(marks: tuple[FindingLine, ...], tongue: Tongue) -> Table:
    head = ("#", tongue.say(N_("Where")), tongue.say(N_("Type")), tongue.say(N_("Mean diameter")), tongue.say(N_("Volume")),
            tongue.say(N_("Suspicion (0–1)")), tongue.say(N_("Rule")))  # fmt: skip
    return Table(head, [_mark(mark, marks, tongue) for mark in marks], (6, 18, 17, 15, 14, 13, 34))


def _mark(mark: FindingLine, marks: tuple[FindingLine, ...], tongue: Tongue) -> tuple[str, ...]:
    return (
        f"AI {mark.number}", _where(mark, marks, tongue), _type(mark, tongue),
        "–" if mark.mean_diameter_mm is None else f"{mark.mean_diameter_mm:.1f} mm",
        "–" if mark.volume_mm3 is None else f"{tongue.number(round(mark.volume_mm3))} mm³",
        "–" if mark.malignancy is None else f"{mark.malignancy:.2f}", tongue.show(mark.because),
    )  # fmt: skip


def _where(mark: FindingLine, marks: tuple[FindingLine, ...], tongue: Tongue) -> str:
    """The view of a mammogram and marks of the other view at its distance; side and third of the lung, and the pleura where it touches."""
    if mark.view:
        also = [tongue.show(breast_result.words(one)) for one in breast_result.partners(mark, marks)]
        return ", ".join([f"{mark.laterality} {mark.view}", *also])
    seen = appearance(mark.detail)
    parts = [tongue.say(SIDES[mark.laterality]) if mark.laterality in SIDES else tongue.say(N_("side unknown"))]
    parts += [tongue.say(THIRDS[seen.third])] if seen.third in THIRDS else []
    return ", ".join([*parts, *([tongue.say(N_("at the pleura"))] if seen.touches else [])])


def _type(mark: FindingLine, tongue: Tongue) -> str:
    """Type of a nodule with its solid part, and what calcium or fat the AI saw; a dash where nothing was told."""
    seen = appearance(mark.detail)
    parts = [tongue.say(NODULES[seen.kind])] if seen.kind in NODULES else []
    parts += [tongue.say(N_("solid part {size:.1f} mm"), size=seen.solid_mm)] if seen.solid_mm is not None else []
    parts += [tongue.show(seen.benign)] if seen.benign is not None else []
    return ", ".join(parts) or "–"
