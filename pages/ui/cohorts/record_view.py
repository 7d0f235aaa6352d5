"""How one participant's record is shown: identity, contact details, opt-out, death and moving away, and every fact with its author."""

from typing import Any

import streamlit as st

from core.access import Act, Person
from core.cohorts.record import FactLine, Record
from pages.ui.cohorts import record_forms
from pages.ui.cohorts.words import FACT, LANGUAGE, YES_NO
from pages.ui.i18n import _, day, literal, moment, plain, show
from pages.ui.tables import Column, Row, table, two
from pages.ui.words import PROGRAMME, SEX, word

ACROSS = 3


def state_line(found: Record) -> str:
    """Where the participant stands, in one line."""
    line = found.line
    invented = f":gray-badge[{_('invented')}] " if line.synthetic else ""
    born = f"{day(line.birth_date)} ({_('age {n}', n=line.age)})" if line.birth_date else _("date of birth not known")
    return f"{invented}**{line.number}** · {literal(line.identifier)} · {born} · {literal(line.site_name)} · {show(line.status)}"


def merges(found: Record) -> None:
    """What was merged into this entry, or into which this one was."""
    if found.into:
        st.warning(_("This entry was merged into {number}; everything is found there.", number=found.into), icon=":material/merge:")
        st.page_link(
            "pages/coordinator/record.py", label=_("Open {number}", number=found.into),
            query_params={"participant": str(found.standing.merged_into)},
        )  # fmt: skip
    for one in found.merged:
        said = _("{number} was merged into this entry on {moment} by {name}: {reason}", number=one.number, moment=moment(one.at),
                 name=literal(one.by), reason=literal(one.reason))  # fmt: skip
        st.markdown(f":material/merge: :gray[{said}]")


def identity(found: Record) -> None:
    line = found.line
    st.subheader(_("Identity"), anchor=False)
    rounds = ", ".join(_("{programme} round {n}", programme=_(PROGRAMME[card_id]), n=n) for card_id, n in sorted(line.rounds.items()))
    _pairs({
        _("Name"): line.name, _("Patient number"): line.identifier, _("Own number"): line.number, _("Born"): day(line.birth_date),
        _("Sex"): word(SEX, line.sex), _("Site"): line.site_name, _("Rounds"): rounds or _("no round yet"),
        _("Last exam"): day(line.last_exam), _("Next due"): day(line.next_due),
    })  # fmt: skip


def reach(user: Person, found: Record) -> None:
    """Contact details, and the form that changes them."""
    st.subheader(_("How to reach them"), anchor=False)
    details = found.details
    _pairs({
        _("Address"): ", ".join(details.address) or "–", _("E-mail"): details.email or "–", _("Phone"): details.phone or "–",
        _("Language of letters"): _(LANGUAGE[details.language]),
    })  # fmt: skip
    if _may_write(user, found):
        record_forms.reach(user, found)


def standing(user: Person, found: Record) -> None:
    """Whether they take part, and the forms that change it."""
    st.subheader(_("Taking part"), anchor=False)
    stands = found.standing
    opted = ", ".join(_(PROGRAMME[card_id]) for card_id in sorted(stands.opted_out)) or _("no")
    _pairs({
        _("Opted out"): opted, _("Died"): day(stands.died) if stands.died else _("no"),
        _("Moved away"): _("yes") if stands.moved_away else _("no"),
    })  # fmt: skip
    if _may_write(user, found):
        record_forms.standing(user, found)


def facts(found: Record) -> None:
    """Every fact, the newest first, with the day from which it holds and who entered it."""
    st.subheader(_("Facts and who entered them"), anchor=False)
    if not found.facts:
        st.markdown(f":gray[{_('Nothing was entered yet: opt-outs, contact details and answers stand here with their author.')}]")
        return
    columns = [
        Column("what", _("Fact"), "strong"), Column("from", _("Holds from"), "text", "120px", "nowrap"),
        Column("by", _("Entered"), "muted", "190px"),
    ]  # fmt: skip
    table("facts", columns, [_fact(n, one) for n, one in enumerate(found.facts)], label=_("Facts"), height="420px")


def _fact(n: int, fact: FactLine) -> Row:
    cells = {
        "what": two(_(FACT.get(fact.kind, fact.kind.replace("_", " "))), said(fact)), "from": day(fact.valid_from),
        "by": two(fact.by or _("by the system"), moment(fact.entered_at)),
    }  # fmt: skip
    return Row(str(n), cells)


def said(fact: FactLine) -> str:
    """What a fact says, in words; contact details say only that they changed."""
    if "sealed" in fact.value:
        return _("changed")
    words = [_said(key, value) for key, value in fact.value.items() if value not in ("", None)]
    return " · ".join(words) or _("taken back")


def _said(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _(YES_NO[value])
    if key == "programme":
        return _(PROGRAMME.get(str(value), str(value)))
    return str(value) if key in ("on", "to", "level", "value", "source", "code") else f"{key.replace('_', ' ')} {plain(value)}"


def _pairs(told: dict[str, str]) -> None:
    """What is known, three beside each other: the word above, what it is below."""
    pairs = list(told.items())
    for start in range(0, len(pairs), ACROSS):
        for spot, (what, value) in zip(st.columns(ACROSS), pairs[start : start + ACROSS], strict=False):
            spot.markdown(f":gray[:small[{what}]]  \n{literal(value)}")


def _may_write(user: Person, found: Record) -> bool:
    return found.line.site_id in user.sites(Act.work_queue) and not found.into
