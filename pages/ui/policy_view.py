"""The policy in force as sentences, what comes next, and every version before it with what it changed."""

from collections.abc import Sequence

import streamlit as st

from core.workflow.policies import PolicyLine, ReadingPolicy
from pages.ui.i18n import _, moment
from pages.ui.policy_words import sentences
from pages.ui.tables import Column, Row, chip, table, two


def state_line(lines: Sequence[PolicyLine]) -> str:
    """Which version binds the cases that arrive now, and which one comes."""
    present = _present(lines)
    said = _("**Version {n}** is in force {since}.", n=present.policy.version, since=_since(present))
    coming = [line for line in lines if not line.in_force and _later(line, present)]
    if coming:
        soon = coming[-1]
        said += " " + _("Version {n} begins {at}.", n=soon.policy.version, at=moment(soon.valid_from))
    return said


def in_force(lines: Sequence[PolicyLine]) -> ReadingPolicy:
    """The present policy, one line for each thing that it settles."""
    present = _present(lines)
    st.header(_("In force now"), anchor=False)
    st.markdown("\n".join(f"- **{setting}**: {said}" for setting, said in sentences(present.policy)))
    st.caption(_("No case is ever decided without a person's read."))
    return present.policy


def history(lines: Sequence[PolicyLine]) -> None:
    """Every version, the newest first, with the sentences that differ from the version before it."""
    st.header(_("All versions"), anchor=False)
    columns = [
        Column("version", _("Version"), "strong", "90px"),
        Column("from", _("Valid from"), "text", "180px", "nowrap"),
        Column("author", _("Put in force by"), "text", "170px"),
        Column("changed", _("What it changed")),
        Column("state", _("State"), "chip", "130px"),
    ]
    before = [*lines[1:], None]
    rows = [_row(line, older, _present(lines)) for line, older in zip(lines, before, strict=True)]
    table("policy-history", columns, rows, label=_("All versions"))


def _row(line: PolicyLine, older: PolicyLine | None, present: PolicyLine) -> Row:
    state = chip(_("in force"), "green", "●") if line.in_force else chip(_("to come"), "blue", "◇") if _later(line, present) else None
    cells = {
        "version": str(line.policy.version),
        "from": moment(line.valid_from, _("the programme's card")),
        "author": line.author or "–",
        "changed": two(*_changed(line, older)),
        "state": state,
    }
    return Row(str(line.policy.version), cells)


def _changed(line: PolicyLine, older: PolicyLine | None) -> tuple[str, str]:
    if older is None:
        return _("The programme card's own policy"), ""
    was = dict(sentences(older.policy))
    new = [f"{setting}: {said}" for setting, said in sentences(line.policy) if was.get(setting) != said]
    return (new[0], " · ".join(new[1:])) if new else (_("Nothing"), "")


def _present(lines: Sequence[PolicyLine]) -> PolicyLine:
    return next(line for line in lines if line.in_force)


def _later(line: PolicyLine, present: PolicyLine) -> bool:
    return line.valid_from is not None and (present.valid_from is None or line.valid_from > present.valid_from)


def _since(line: PolicyLine) -> str:
    return _("since {at}", at=moment(line.valid_from)) if line.valid_from else _("from the programme's card")
