"""One nodule in two exams under four protocols side by side: what each says, what it lacks, and whether an error of measurement flips it.

Each protocol gets what it measures by and nothing else: Lung-RADS millimetres, the others cubic millimetres. Nothing is converted, so
that a disagreement is one of the protocols and not of arithmetic.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from core.rules import bts2015, eups2017, lung_rads, nelson
from core.rules.conformance import unsound
from core.rules.growth_error import DIAMETER_ERROR_MM, VOLUME_ERROR
from core.rules.lung_nodule import Kind, Nodule
from core.rules.reason import N_, Reason, say
from core.rules.size import tenths
from core.rules.stated import Rule

Action = Literal["routine", "sooner", "work-up"]
ACTIONS: tuple[Action, ...] = ("routine", "sooner", "work-up")
"""Next round or no follow-up; another CT before the next round; work-up now."""

OF_CATEGORY: dict[str, Action] = {"1": "routine", "2": "routine", "3": "sooner", "4A": "sooner", "4B": "work-up", "4X": "work-up"}
OF_NELSON: dict[str, Action] = {"negative": "routine", "indeterminate": "sooner", "positive": "work-up"}
NELSON_WORDS = {
    "negative": N_("Negative: grown by less than 25 %, or a doubling time of more than 600 days"),
    "indeterminate": N_("Indeterminate: doubling time of 400 to 600 days"),
    "positive": N_("Positive: doubling time of less than 400 days"),
}
OF_BTS: dict[str, Action] = {
    bts2015.STABLE: "routine", bts2015.SLOW: "routine", bts2015.CHOICE: "sooner", bts2015.WORK_UP: "work-up",
}  # fmt: skip
OF_EUPS: dict[str, Action] = {eups2017.NEXT_ROUND: "routine", eups2017.CT_3_MONTHS: "sooner", eups2017.TEAM: "work-up"}
Case = TypeVar("Case")
STEPS = 20  # between no error and the largest error, to both sides


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A nodule now and before (mean diameters in mm, volumes in mm³), `days` apart; `new` when it was not there before.

    `…_solid_mm`: mean diameter of the solid part of a part-solid nodule, 0 before where it had none. `prior_category`: by Lung-RADS at the
    earlier exam, None where it is not known; a nodule that did not grow steps down from it.
    """

    kind: Kind
    days: int
    months: int
    new: bool = False
    now_mm: float | None = None
    before_mm: float | None = None
    now_mm3: float | None = None
    before_mm3: float | None = None
    prior_category: str | None = None
    now_solid_mm: float | None = None
    before_solid_mm: float | None = None
    name: str = "1"


@dataclass(frozen=True, slots=True)
class Said:
    """What one protocol says. `action` is None while `gap` names what it lacks; `possible`: every label within the error of measurement.

    `beyond`: what it would lack for a size within that error. `inputs`: name and value of everything it looked at; what was not known is
    not among them.
    """

    protocol: str
    source: str
    label: str
    words: Reason | None
    action: Action | None
    gap: Reason | None = None
    possible: tuple[str, ...] = ()
    inputs: tuple[tuple[str, object], ...] = ()
    beyond: Reason | None = None

    @property
    def flips(self) -> bool:
        return len(self.possible) > 1 or self.beyond is not None


Verdict = tuple[str, Reason, Action]
"""Short label, words, action."""
BY_MM = (
    "kind", "new", "now_mm", "before_mm", "now_solid_mm", "before_solid_mm", "months", "prior_category",
)  # fmt: skip
BY_MM3 = ("kind", "new", "now_mm3", "before_mm3", "days")
"""What a protocol of millimetres and one of cubic millimetres look at."""


class Lacking(Exception):
    """A protocol cannot speak; carries what it lacks."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(str(reason))


def side_by_side(pair: Pair) -> tuple[Said, ...]:
    """Lung-RADS, NELSON, BTS and the European statement on one pair."""
    by_mm, by_mm3 = tuple(_other_diameters(pair)), tuple(_other_volumes(pair))
    return (
        told(lung_rads, pair, _lung_rads, by_mm, BY_MM),
        told(nelson, pair, _nelson, by_mm3, BY_MM3),
        told(bts2015, pair, _bts, by_mm3, BY_MM3),
        told(eups2017, pair, _eups, by_mm3, BY_MM3),
    )


def disagree(said: Sequence[Said]) -> bool:
    """Whether two protocols that can speak ask for different things."""
    return len({one.action for one in said if one.action is not None}) > 1


def told(rule: Rule, one: Case, tell: Callable[[Case], Verdict], others: Sequence[Case], used: Sequence[str]) -> Said:
    """What `tell` says of `one`, and every label it gives to `others`, which are the same nodule within the error of measurement."""
    protocol = f"{rule.NAME} {rule.VERSION}"
    inputs = tuple((name, value) for name in used if (value := getattr(one, name)) not in (None, False, ()))
    problem = unsound(protocol)
    if problem is not None:
        return Said(protocol, rule.SOURCE, "", None, None, problem, (), inputs)
    try:
        label, words, action = tell(one)
    except Lacking as lacking:
        return Said(protocol, rule.SOURCE, "", None, None, lacking.reason, (), inputs)
    found, beyond = {label: ACTIONS.index(action)}, None
    for other in others:
        try:
            again, _, its_action = tell(other)
        except Lacking as lacking:
            beyond = lacking.reason
            continue
        found.setdefault(again, ACTIONS.index(its_action))
    possible = tuple(sorted(found, key=lambda name: (found[name], name)))
    return Said(protocol, rule.SOURCE, label, words, action, None, possible, inputs, beyond)


def _lung_rads(pair: Pair) -> Verdict:
    if pair.now_mm is None or (pair.before_mm is None and not pair.new):
        raise Lacking(say(N_("A mean diameter is missing")))
    solid, solid_before = _solid_tenths(pair)
    before = None if pair.new else _at_least_one(pair.before_mm or 0.0)
    nodule = Nodule(
        kind=pair.kind, name=pair.name, mean_tenths=_at_least_one(pair.now_mm), status="new" if pair.new else None, before_tenths=before,
        months=pair.months, prior_category=None if pair.new else pair.prior_category, solid_tenths=solid, solid_before_tenths=solid_before,
    )  # fmt: skip
    found = lung_rads.categorise([nodule], baseline=False)
    if found.category is None:
        raise Lacking(found.gaps[0])
    return found.category, found.because[0], OF_CATEGORY[found.category]


def _solid_tenths(pair: Pair) -> tuple[int | None, int | None]:
    """Of a part-solid nodule now and before, never more than the whole nodule; a new one has no before."""
    if pair.kind != "part-solid":
        return None, None
    if pair.now_solid_mm is None or (pair.before_solid_mm is None and not pair.new):
        raise Lacking(say(N_("The sizes of the solid part are missing")))
    now = min(tenths(pair.now_solid_mm), _at_least_one(pair.now_mm or 0.0))
    if pair.new or pair.before_solid_mm is None:
        return now, None
    return now, min(tenths(pair.before_solid_mm), _at_least_one(pair.before_mm or 0.0))


def _nelson(pair: Pair) -> Verdict:
    if pair.new:
        raise Lacking(say(N_("Judges a new nodule by its second volume")))
    now, before = _volumes(pair)
    found = nelson.follow_up(before, now, pair.days)
    return found, say(NELSON_WORDS[found]), OF_NELSON[found]


def _bts(pair: Pair) -> Verdict:
    if pair.new:
        raise Lacking(say(N_("No table for nodules that are new in a round")))
    now, before = _volumes(pair)
    found = bts2015.follow_up(before, now, pair.days)
    return found.template, found, OF_BTS[found.template]


def _eups(pair: Pair) -> Verdict:
    if not pair.new:
        raise Lacking(say(N_("Only for the first exam and for new nodules")))
    if pair.kind != "solid":
        raise Lacking(say(N_("Its limits are for solid nodules")))
    if pair.now_mm3 is None:
        raise Lacking(say(N_("A volume is missing")))
    found = eups2017.next_step(pair.now_mm3, new=True)
    return found.words.template, found.words, OF_EUPS[found.words.template]


def _volumes(pair: Pair) -> tuple[float, float]:
    if pair.kind != "solid":
        raise Lacking(say(N_("Its volumes are those of solid nodules")))
    if pair.now_mm3 is None or pair.before_mm3 is None:
        raise Lacking(say(N_("A volume is missing")))
    if pair.days < 1:
        raise Lacking(say(N_("The exams are of the same day")))
    return pair.now_mm3, pair.before_mm3


def _other_diameters(pair: Pair) -> Iterator[Pair]:
    """The nodule as large as it may be, by tenths of a millimetre; its solid part by itself."""
    reach = tenths(DIAMETER_ERROR_MM)
    if pair.now_mm is not None:
        middle = _at_least_one(pair.now_mm)
        for size in range(max(1, middle - reach), middle + reach + 1):
            yield replace(pair, now_mm=size / 10)
    if pair.now_solid_mm is not None:
        middle = tenths(pair.now_solid_mm)
        for size in range(max(0, middle - reach), middle + reach + 1):
            yield replace(pair, now_solid_mm=size / 10)


def _other_volumes(pair: Pair) -> Iterator[Pair]:
    if pair.now_mm3 is not None:
        for step in range(-STEPS, STEPS + 1):
            yield replace(pair, now_mm3=pair.now_mm3 * (1 + VOLUME_ERROR * step / STEPS))


def _at_least_one(mm: float) -> int:
    return max(1, tenths(mm))


__all__ = ["ACTIONS", "Action", "Lacking", "Pair", "Said", "disagree", "side_by_side", "told"]
