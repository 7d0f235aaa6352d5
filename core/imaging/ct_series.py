"""The CT series of a study, each with its stack or the reason why it has none, and which of them is best to score."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.errors import Rejected
from core.imaging.geometry import Plane
from core.imaging.header import InstanceHeader
from core.imaging.kind import Kind
from core.imaging.series import FEWEST_SLICES, Stack, stack
from core.words import N_, Sentence, say

UNEVEN = 0.05  # share by which the thickness of slices may differ
SHORT_MM = 150.0  # a chest is longer; a shorter scan is scored, but named
HOUNSFIELD = frozenset({"", "HU", "HU_MOD", "US"})  # US, unspecified, is written for plain CT by some scanners and is named
COMPLETE = 0.85  # share of the longest coverage that still counts as complete
THICKNESS_STEPS_MM = (1.5, 2.5, 3.0, 5.0)
SOFT, LUNG, UNKNOWN, BONE = range(4)  # order of preference
KERNELS = (
    (SOFT, r"STANDARD|SOFT|CHST|(?:B|I|BR|BF|HR|QR|T)[1-4]\d[A-Z]?(?:\b|/|\\|_)|^[ABC]$|^FC0\d|^FC1\d|BODY"),
    (LUNG, r"LUNG|(?:B|I|BL|BR|BF|HR|QR)[5-6]\d[A-Z]?(?:\b|/|\\|_)|^(?:L|YA|YB|YC)$|^FC5\d|DETAIL"),
    (BONE, r"BONE|EDGE|ULTRA|(?:B|BR|HR|QR|U)[7-9]\d[A-Z]?(?:\b|/|\\|_)|^(?:D|E|YD|YE)$|^FC[38]\d"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CtSeries:
    """One series, or one acquisition of a series that holds several. Exactly one of `stack` and `refusal` is there."""

    study_instance_uid: str
    series_instance_uid: str
    acquisition: int | None
    description: str
    kernel: str
    slice_thickness_mm: float | None
    lossy: bool
    sop_instance_uids: tuple[str, ...]  # foot to head where stacked; a multi-frame instance once
    stack: Stack | None
    refusal: Sentence | None
    warnings: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The series to score, with the reason for each that was not taken."""

    taken: CtSeries | None
    others: tuple[tuple[CtSeries, Sentence], ...]


def gather(headers: Iterable[InstanceHeader], *, fewest: int = FEWEST_SLICES) -> tuple[CtSeries, ...]:
    """CT headers grouped into series; scouts, derived and other objects are left out (they carry their own reason)."""
    by_series: dict[str, list[InstanceHeader]] = defaultdict(list)
    for header in headers:
        if header.kind in (Kind.ct, Kind.enhanced_ct):
            by_series[header.series_instance_uid].append(header)
    return tuple(made for members in by_series.values() for made in _scans(members, fewest=fewest))


def pick(series: Sequence[CtSeries]) -> Choice:
    """The most complete, then thinnest, then best-kernel series that could be stacked."""
    usable = [one for one in series if one.stack]
    if not usable:
        return Choice(None, tuple((one, one.refusal or say(N_("It could not be stacked"))) for one in series))
    longest = max(one.stack.coverage_mm for one in usable if one.stack)
    taken = min(usable, key=lambda one: _rank(one, longest))
    return Choice(taken, tuple((one, _why_not(one, taken, longest)) for one in series if one is not taken))


def kernel_class(kernel: str) -> int:
    """SOFT, LUNG, BONE or UNKNOWN by the usual names of Siemens, GE, Philips and Canon kernels."""
    name = kernel.split("\\")[0].strip().upper()
    return next((kind for kind, pattern in KERNELS if re.search(pattern, name)), UNKNOWN)


def _rank(one: CtSeries, longest: float) -> tuple[bool, int, int, bool, float, str]:
    assert one.stack is not None  # only stacked series are ranked
    spacing = max(one.stack.spacing_mm[0], one.slice_thickness_mm or 0)
    thickness = sum(spacing > step + 0.01 for step in THICKNESS_STEPS_MM)
    return (one.stack.coverage_mm < COMPLETE * longest, thickness, kernel_class(one.kernel), one.lossy, spacing, one.series_instance_uid)


def _why_not(one: CtSeries, taken: CtSeries, longest: float) -> Sentence:
    if one.stack is None or taken.stack is None:
        return one.refusal or say(N_("It could not be stacked"))
    own, best = _rank(one, longest), _rank(taken, longest)
    if own[0] != best[0]:
        return say(N_("It covers {covered} mm of {longest} mm"), covered=round(one.stack.coverage_mm), longest=round(longest))
    if own[1] != best[1]:
        return say(N_("Its slices are {own} mm thick, those of the series taken {best} mm"), own=round(own[4], 2), best=round(best[4], 2))
    if own[2] != best[2]:
        return say(N_("Its kernel {own} suits less than {best}"), own=one.kernel or "–", best=taken.kernel or "–")
    if own[3] != best[3]:
        return say(N_("It was compressed with loss"))
    return say(N_("It is no better than the series taken"))


def _scans(members: list[InstanceHeader], *, fewest: int) -> list[CtSeries]:
    """The series as one; or its scans apart, when together they cannot be stacked and one of them can."""
    planes = [plane for header in members for plane in header.planes]
    whole = _series(members, planes, acquisition=None, fewest=fewest)
    numbers = {plane.acquisition for plane in planes} - {None}
    if whole.stack or len(numbers) < 2:
        return [whole]
    apart = [
        _series(members, [plane for plane in planes if plane.acquisition == number], acquisition=number, fewest=fewest)
        for number in sorted(number for number in numbers if number is not None)
    ]
    return apart if any(scan.stack for scan in apart) else [whole]


def _series(members: list[InstanceHeader], planes: list[Plane], *, acquisition: int | None, fewest: int) -> CtSeries:
    made: Stack | None = None
    refusal: Sentence | None = None
    try:
        _one_scan(members)
        made = stack(planes, fewest=fewest)
    except Rejected as problem:
        refusal = problem.sentence
    order = made.planes if made else planes
    first = members[0]
    return CtSeries(
        study_instance_uid=first.study_instance_uid,
        series_instance_uid=first.series_instance_uid,
        acquisition=acquisition,
        description=first.series_description,
        kernel=first.kernel,
        slice_thickness_mm=max(_thicknesses(members), default=None),
        lossy=any(header.lossy for header in members),
        sop_instance_uids=tuple(dict.fromkeys(plane.sop_instance_uid for plane in order)),
        stack=made,
        refusal=refusal,
        warnings=_warnings(members, made, acquisition=acquisition),
    )


def _one_scan(members: list[InstanceHeader]) -> None:
    """Rejected when the slices are not of one person and study, or when their values are no Hounsfield units (spectral maps)."""
    if len({(header.patient_id, header.study_instance_uid) for header in members}) > 1:
        raise Rejected(N_("The slices name different patients or studies in one series; one was expected"))
    others = sorted({header.rescale_type for header in members} - HOUNSFIELD)
    if others:
        raise Rejected(N_("Rescale Type (0028,1054) is {types}; Hounsfield units (HU) were expected"), types=", ".join(others))


def _thicknesses(members: list[InstanceHeader]) -> set[float]:
    """Millimetres, as far as the images tell them."""
    return {header.slice_thickness_mm for header in members if header.slice_thickness_mm and header.slice_thickness_mm > 0}


def _warnings(members: list[InstanceHeader], made: Stack | None, *, acquisition: int | None) -> tuple[Sentence, ...]:
    found = list(made.warnings) if made else []
    if acquisition is not None:
        found.append(say(N_("The series holds several scans; this is acquisition {number}"), number=acquisition))
    if made and made.coverage_mm < SHORT_MM:
        found.append(say(N_("The series covers only {covered} mm; the lungs are probably not complete"), covered=round(made.coverage_mm)))
    thicknesses = _thicknesses(members)
    if thicknesses and max(thicknesses) > (1 + UNEVEN) * min(thicknesses):
        several = N_("The slices are of different thickness, from {smallest} to {largest} mm; the thickest counts")
        found.append(say(several, smallest=round(min(thicknesses), 2), largest=round(max(thicknesses), 2)))
    if any(header.rescale_type == "US" for header in members):
        found.append(say(N_("The images do not say that their values are Hounsfield units (Rescale Type is US)")))
    if any(header.lossy for header in members):
        found.append(say(N_("The images were compressed with loss")))
    return tuple(found)
