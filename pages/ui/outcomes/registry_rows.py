"""What the rows of a registry's list are: counts, a line for each row with its consequence, and every remark."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from core.access import Person
from core.outcomes.registry import columns, lists
from core.outcomes.registry.becomes import Becomes
from core.roster import lists as handed
from core.roster.entry import Problem
from core.roster.lists import Line
from core.words import Sentence
from pages.ui.i18n import N_, _, day, n_, number, show
from pages.ui.session import read
from pages.ui.tables import Column, Row, Tone, chip, table

SHOWN = 500
WORDS: Mapping[Becomes, tuple[str, Tone, str, str]] = {
    Becomes.interval_cancer: (N_("Interval cancer"), "red", "▲", N_("an outcome is written and waits for its check")),
    Becomes.screen_detected: (N_("Found by screening"), "blue", "●", N_("an outcome is written and waits for its check")),
    Becomes.confirms: (N_("Confirms a provisional cancer"), "blue", "●", N_("the final outcome is written and waits for its check")),
    Becomes.known: (N_("Known already"), "gray", "○", N_("nothing changes")),
    Becomes.refused_before: (N_("Refused before"), "orange", "◆", N_("nothing is written")),
    Becomes.undecided: (N_("To be decided by hand"), "orange", "◆", N_("nothing is written")),
    Becomes.after_non_attendance: (N_("After an invitation without coming"), "violet", "◇", N_("no exam to write it to")),
    Becomes.outside: (N_("Outside of screening"), "gray", "○", N_("no exam within a round before it")),
    Becomes.not_ours: (N_("Nobody of ours"), "gray", "○", N_("this number is not known at the site")),
    Becomes.elsewhere: (N_("Another organ"), "gray", "○", N_("not screened here")),
}
NAMES = {field.key: field.name for field in columns.FIELDS}


def counted(counts: Mapping[str, Any]) -> bool:
    """How many rows are what; or why nothing can be taken in, and then False."""
    if refused := Sentence.from_json(counts.get("refused")):
        st.error(f"{show(refused)}  \n{_('Nothing was taken in.')}", icon=":material/block:")
        return False
    parts = [f"{_(WORDS[kind][0])}: **{number(counts[kind.value])}**" for kind in WORDS if counts.get(kind.value)]
    looked = n_("**{n} row** was looked at.", "**{n} rows** were looked at.", counts["rows"])
    out = f" :red[▲ {n_('{n} row not taken in', '{n} rows not taken in', counts['out'])}]" if counts["out"] else ""
    st.markdown(f"{looked}{out}  \n{' · '.join(parts)}")
    return True


def rows(user: Person, line: Line) -> None:
    """The remarks, then a line for each row; a row of ours opens the exam it belongs to."""
    _remarks(line, read(handed.remarks, user, line.id))
    known = read(lists.rows, user, line.id)
    heads = [
        Column("line", _("Line"), "number", "70px", "right"),
        Column("what", _("What it is"), "chip", "250px"),
        Column("who", _("Participant"), "text", "120px", link=True),
        Column("exam", _("Exam before it"), "text", "130px", "nowrap"),
        Column("on", _("Diagnosis"), "text", "130px", "nowrap"),
        Column("icd", "ICD-10", "text", "80px"),
        Column("then", _("What happens"), "muted"),
    ]
    picked = table(f"became-{line.id}", heads, [_row(row) for row in known[:SHOWN]], label=_("What each row becomes"), height="420px")
    if len(known) > SHOWN:
        st.caption(_("The first {n} are shown.", n=SHOWN))
    if picked.opened:
        st.query_params["exam"] = next(str(row[3]) for row in known if str(row[0]) == picked.opened)
        st.rerun()


def _row(row: Sequence[Any]) -> Row:
    number_, becomes, who, exam_id, exam_day, on, icd10 = row
    name, tone, shape, then = WORDS[Becomes(becomes)]
    cells = {
        "line": number_,
        "what": chip(_(name), tone, shape),
        "who": who or "–",
        "exam": day(date.fromisoformat(exam_day)) if exam_day else "–",
        "on": day(date.fromisoformat(on)),
        "icd": icd10,
        "then": _(then),
    }
    return Row(str(number_), cells, href=f"/outcomes?exam={exam_id}" if exam_id else "")


def _remarks(line: Line, found: Sequence[Problem]) -> None:
    if not found:
        return
    heads = [
        Column("line", _("Line"), "number", "70px", "right"),
        Column("kind", _("Result"), "chip", "140px"),
        Column("field", _("Column"), "text", "160px"),
        Column("said", _("Why, and what to do")),
    ]
    first = sorted(found, key=lambda one: (one.doubt, one.line))[:SHOWN]
    rows = [
        Row(
            str(n),
            {
                "line": one.line,
                "kind": chip(_("Look at it"), "orange", "◆") if one.doubt else chip(_("Not taken in"), "red", "▲"),
                "field": _(NAMES[one.column]) if one.column in NAMES else _("the whole row"),
                "said": show(one.said),
            },
        )
        for n, one in enumerate(first)
    ]
    table(f"remarks-{line.id}", heads, rows, label=_("Remarks"), height="260px")
