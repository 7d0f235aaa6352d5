"""Two versions beside each other on the same exams, in words and a table: for the performance page and for shadow runs."""

from core.metrics.operating_points import OperatingPoint
from core.monitoring.two_versions import TwoVersions
from pages.ui.i18n import _, n_, number, show
from pages.ui.indicators import listed
from pages.ui.monitoring.written import area, between, discordance, meaning, nothing, p_value, share, signed
from pages.ui.tables import Column, Row, table


def beside(found: TwoVersions) -> None:
    """How often they call differently, then, where outcomes allow it, which is right."""
    meaning(_counts(found))
    if found.calls is not None:
        meaning(
            _(
                "Calling the same share of exams, {first} alone calls {b} and {second} alone calls {c} of them ({test}).",
                first=found.first, second=found.second, b=found.calls.only_first, c=found.calls.only_second,
                test=p_value(found.calls.p_value),
            )
        )  # fmt: skip
    if found.outcomes is None:
        nothing(show(found.reason))
        return
    _table(found)
    _tests(found)


def change(found: TwoVersions) -> str:
    """What putting the second version in force would change, in one sentence."""
    if found.calls is None:
        return ""
    said = [
        n_("{n} exam would be called that is not called now", "{n} exams would be called that are not called now", found.calls.only_second),
        n_("{n} would no longer be called", "{n} would no longer be called", found.calls.only_first),
    ]
    if found.outcomes is not None:
        cancers = found.outcomes.cancers
        said += [
            n_("{n} cancer more would be among the called", "{n} cancers more would be among the called", cancers.only_second),
            n_("{n} cancer would be lost from them", "{n} cancers would be lost from them", cancers.only_first),
        ]
    return f"**{_('Putting {second} in force:', second=found.second)}** {listed(said)}"


def _counts(found: TwoVersions) -> str:
    told = [n_("{n} exam scored by both", "{n} exams scored by both", found.both_scored)]
    if found.outcomes is not None:
        told.append(n_("{n} of them followed up", "{n} of them followed up", found.outcomes.n))
        told.append(n_("{n} with a cancer", "{n} with a cancer", found.outcomes.positives))
    if found.waiting:
        told.append(n_("{n} waits for its outcome", "{n} wait for their outcome", found.waiting))
    if found.only_first:
        told.append(_("{n} only by {version}", n=found.only_first, version=found.first))
    if found.only_second:
        told.append(_("{n} only by {version}", n=found.only_second, version=found.second))
    return listed(told)


def _table(found: TwoVersions) -> None:
    assert found.outcomes is not None
    names = {"auc": _("Area under the curve"), "sensitivity": _("Sensitivity"), "specificity": _("Specificity")}
    columns = [Column("version", _("Version"), "strong", "260px"), Column("threshold", _("Threshold"), "number", "100px", "right nowrap")]
    columns += [Column(key, name, align="nowrap") for key, name in (*names.items(), ("ppv", _("Cancer among recalled")))]
    areas = (found.outcomes.ranking.first, found.outcomes.ranking.second) if found.outcomes.ranking else (None, None)
    sides = zip((found.first, found.second), (found.outcomes.first, found.outcomes.second), areas, strict=True)
    rows = [Row(name, {"version": name, "auc": area(one), **_cells(point)}) for name, point, one in sides]
    table(f"versions-{found.first}-{found.second}", columns, rows, label=_("Two versions"))


def _cells(point: OperatingPoint) -> dict[str, object]:
    told = {"sensitivity": point.sensitivity, "specificity": point.specificity, "ppv": point.ppv}
    return {"threshold": f"≥ {number(point.threshold, 3)}", **{key: share(one) for key, one in told.items()}}


def _tests(found: TwoVersions) -> None:
    made = found.outcomes
    assert made is not None
    if made.ranking is None:
        meaning(_("The two rank these exams alike; their areas do not differ."))
    else:
        gap = made.ranking.difference
        meaning(
            _(
                "Ranking: {second} less {first} is {value} (95 % {limits}, {p}; DeLong on the same exams, by participant).",
                second=found.second, first=found.first, value=signed(gap.value, 3), limits=between(gap, 3), p=p_value(made.ranking.p_value),
            )
        )  # fmt: skip
    meaning(
        _(
            "Right calls by one alone, {first} against {second} (McNemar): of all {every}; of the cancers {cancers}; "
            "of the others {healthy}.",
            first=found.first, second=found.second, every=discordance(made.calls), cancers=discordance(made.cancers),
            healthy=discordance(made.healthy),
        )
    )  # fmt: skip
