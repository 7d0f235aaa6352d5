"""After a sitting: what was done, how long it took, and the way on."""

import streamlit as st

from core.access import Person
from core.workflow import sessions
from core.workflow.own_reads import own_reads
from core.workflow.sessions import Sitting
from db.enums import SessionStepKind
from pages.ui import signed
from pages.ui.frame import head
from pages.ui.i18n import _, moment, n_, number
from pages.ui.reading_room import Room
from pages.ui.reading_start import start
from pages.ui.session import act, read
from pages.ui.tables import table


def summary(sitting: Sitting, here: Room, user: Person) -> None:
    """The end of a sitting, or a sitting for which no further case waits."""
    with head(_("Reading session"), _state(sitting)):
        if st.button(_("Read on"), type="primary", icon=":material/play_arrow:", shortcut="Ctrl+Enter"):
            _again(sitting, user)
        if st.button(_("Reading list")):
            st.switch_page("pages/doctor/reading_list.py")
    st.markdown("  \n".join(_lines(sitting)))
    skipped = [exam_id for exam_id, kind in sitting.exams.items() if kind == SessionStepKind.skipped]
    if skipped and sitting.ended_at is None:
        _skipped(sitting, skipped, user)
    done = [one for one in read(own_reads, user) if sitting.exams.get(one.exam_id) == SessionStepKind.read]
    if done:
        st.header(_("Read in this sitting"), anchor=False)
        picked = table("sitting-reads", signed.columns(), signed.rows(done, user), label=_("Read in this sitting"))
        if picked.opened:
            st.switch_page("pages/doctor/case.py", query_params={"exam": picked.opened})


def _state(sitting: Sitting) -> str:
    if sitting.ended_at is not None:
        return _("Ended {at}.", at=moment(sitting.ended_at))
    if sitting.full:
        return f":green-badge[✓ {_('All {n} cases are done', n=sitting.size)}]"
    return _("No further case waits for you now; new ones come by themselves.")


def _lines(sitting: Sitting) -> list[str]:
    """What was done, each with its count."""
    parts = [n_("**{n} case** read", "**{n} cases** read", sitting.read)]
    parts += [_("{n} skipped", n=sitting.skipped)] if sitting.skipped else []
    parts += [_("{n} put off", n=sitting.deferred)] if sitting.deferred else []
    parts += [_("{n} wait for earlier images", n=sitting.priors_requested)] if sitting.priors_requested else []
    time = [_("Sitting: {minutes} minutes, begun {at}", minutes=number(round(sitting.minutes)), at=moment(sitting.started_at))]
    if sitting.seconds_per_read is not None:
        seconds = number(round(sitting.seconds_per_read))
        time.append(_("Median from opening to signing: {seconds} s of {n} reads", seconds=seconds, n=sitting.read - sitting.interrupted))
    if sitting.interrupted:
        time.append(n_("{n} interrupted read is left out of it", "{n} interrupted reads are left out of it", sitting.interrupted))
    return [" · ".join(parts), *time]


def _skipped(sitting: Sitting, skipped: list[int], user: Person) -> None:
    """Cases that were left to others can be taken up after all."""
    st.markdown(n_("{n} case was skipped and still waits.", "{n} cases were skipped and still wait.", len(skipped)))
    if st.button(_("Open the first skipped case")) and act(sessions.open_again, user, sitting.sitting_id, skipped[0]) is not None:
        st.rerun()


def _again(sitting: Sitting, user: Person) -> None:
    if sitting.ended_at is None:
        act(sessions.finish, user, sitting.sitting_id)
    start(user, sitting.programme, sitting.size)
