"""The three lists of the coordinator's day, and what arrived against what was read."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from core.workflow.today import FailedLine, Today
from core.workflow.triage import TriageRow
from pages.ui.bars import COLOURS
from pages.ui.i18n import N_, _, day, days, moment, n_, number, oldest, show
from pages.ui.safety_net.words import TASK
from pages.ui.tables import Column, Picked, Row, table, two
from pages.ui.words import DECISION, PROGRAMME

FAILED = {"upload": N_("Upload"), "scoring": N_("AI score")}
HEIGHT = "calc(100vh - 400px)"


def state_line(found: Today) -> str:
    """How many exceptions, or that there is none."""
    exceptions = found.recalls_late + found.other_late + len(found.waiting_past_limit) + len(found.failed)
    waiting = n_("{n} case waits, {since}.", "{n} cases wait, {since}.", found.waiting, since=oldest(found.oldest_days))
    calm = waiting if found.waiting else _("No case waits.")
    if not exceptions:
        return f":green-badge[✓ {_('Nothing is overdue')}] {calm}"
    return f":red-badge[▲ {n_('{n} thing needs you', '{n} things need you', exceptions)}] {calm}"


def recalls(found: Today) -> None:
    _title(_("Overdue recalls"), found.recalls_late)
    columns = [Column("who", _("Participant"), "strong", link=True), Column("late", _("Overdue for"), "text", "110px", "right nowrap")]
    rows = [
        Row(
            str(row.recall_id),
            {"who": two(row.participant_name, f"{_(DECISION[row.kind])} · {_('due {day}', day=row.due)}"), "late": days(row.days_overdue)},
            href="/recalls?kind=overdue",
            tone="action",
        )
        for row in found.overdue_recalls
    ]
    if _list("overdue-recalls", columns, rows, _("Overdue recalls"), _("No recall is overdue.")).opened:
        st.switch_page("pages/coordinator/recalls.py", query_params={"kind": "overdue"})


def net(found: Today) -> None:
    """The way to what is overdue in the safety net, by kind; nothing where nothing is."""
    if not found.net_late:
        return
    late = n_("{n} task of the safety net is overdue", "{n} tasks of the safety net are overdue", sum(found.net_late.values()))
    parts = [f"{_(TASK[kind])} {number(n)}" for kind, n in sorted(found.net_late.items(), key=lambda one: -one[1])]
    more = f" :red-badge[▲ {n_('{n} escalated', '{n} escalated', found.net_escalated)}]" if found.net_escalated else ""
    st.page_link(
        "pages/coordinator/safety_net.py", label=f"{late}: {' · '.join(parts)}{more}", icon=":material/health_and_safety:",
        width="content", query_params={"list": "overdue"},
    )  # fmt: skip


def cases(found: Today) -> None:
    _title(_("Waiting past the limit"), len(found.waiting_past_limit))
    columns = [Column("who", _("Participant"), "strong", link=True), Column("late", _("In queue"), "text", "90px", "right nowrap")]
    rows = [_case(row) for row in found.waiting_past_limit]
    picked = _list("late-cases", columns, rows, _("Waiting past the limit"), _("No case waits past its limit."))
    if picked.opened:
        st.switch_page("pages/doctor/case.py", query_params={"exam": picked.opened})


def failures(found: Today) -> None:
    _title(_("Failed uploads and scores"), len(found.failed))
    columns = [Column("what", _("What happened"), "text", link=True)]
    rows = [_failure(n, line) for n, line in enumerate(found.failed)]
    picked = _list("failures", columns, rows, _("Failed uploads and scores"), _("Nothing failed in the last 7 days."))
    if picked.opened:
        line = found.failed[int(picked.opened)]
        if line.exam_id is not None:
            st.switch_page("pages/doctor/case.py", query_params={"exam": str(line.exam_id)})
        st.switch_page("pages/coordinator/upload.py", query_params={"upload": line.batch_id or ""})


def pulse(found: Today) -> None:
    """Arrivals and reads of the last 14 days as two labelled lines."""
    accent, _faint, _action, muted = COLOURS["dark" if st.context.theme.type == "dark" else "light"]
    figure = go.Figure()
    for name, counts, colour in ((_("arrived"), found.arrivals_by_day, muted), (_("read"), found.reads_by_day, accent)):
        hover = [f"{day(at)}: {n} {name}" for at, n in counts.items()]
        figure.add_scatter(
            x=list(counts),
            y=list(counts.values()),
            mode="lines",
            line={"color": colour, "width": 2},
            text=hover,
            hoverinfo="text",
            name=name,
        )
    top = max([*found.arrivals_by_day.values(), *found.reads_by_day.values(), 1])
    small = {"color": muted, "size": 12}
    days_shown = list(found.arrivals_by_day)[::3]
    labels = {"tickvals": days_shown, "ticktext": [day(at) for at in days_shown]}
    figure.update_layout(height=110, margin={"l": 28, "r": 8, "t": 8, "b": 22}, showlegend=False, dragmode=False, hovermode="closest")
    figure.update_xaxes(fixedrange=True, showgrid=False, tickfont=small, **labels)
    figure.update_yaxes(fixedrange=True, showgrid=False, tickfont=small, range=[0, top * 1.1], tickvals=[0, top])
    came, gone = sum(found.arrivals_by_day.values()), sum(found.reads_by_day.values())
    st.markdown(
        _("**Last 14 days:** {came} exams :gray[━ arrived], {gone} reads :primary[━ signed]", came=came, gone=gone), width="content"
    )
    st.plotly_chart(figure, key="pulse", config={"displayModeBar": False}, alt=_("Exams that arrived and reads that were signed, by day"))


def _title(text: str, n: int) -> None:
    st.header(f"{text} :red-badge[▲ {n}]" if n else text, anchor=False)


def _list(key: str, columns: Sequence[Column], rows: Sequence[Row], label: str, calm: str) -> Picked:
    if not rows:
        st.markdown(f":gray[✓ {calm}]")
        return Picked(None, None, ())
    return table(key, columns, rows, label=label, height=HEIGHT)


def _case(row: TriageRow) -> Row:
    cells = {"who": two(row.participant_name, f"{_(PROGRAMME[row.programme])} · {show(row.because)}"), "late": days(row.days_in_queue)}
    return Row(str(row.exam_id), cells, href=f"/case?exam={row.exam_id}", tone="action")


def _failure(n: int, line: FailedLine) -> Row:
    head = " · ".join(part for part in (_(FAILED[line.kind]), line.participant_name, moment(line.at)) if part)
    href = f"/case?exam={line.exam_id}" if line.exam_id is not None else f"/upload?upload={line.batch_id}"
    return Row(str(n), {"what": two(show(line.text), head)}, href=href, tone="attention")
