"""Who is there, what they may open, and the one place of the web where errors become words."""

import logging
import secrets
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import streamlit as st
from sqlmodel import Session
from streamlit import runtime

from core import signin
from core.access import Act, Person
from core.errors import Conflict, FirstlightError, NotAllowed, Rejected, Retryable
from db.engine import snapshot, transaction
from db.enums import Role
from pages.ui import i18n
from pages.ui.gate import COOKIE, person_of
from pages.ui.i18n import _, show

SEED = "firstlight_person"  # where a test puts the person; never looked at while a real browser is connected
LOOKS = {Conflict: ("warning", "sync_problem"), NotAllowed: ("warning", "lock"), Rejected: ("error", "edit")}
log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


def current_user() -> Person | None:
    """The signed-in person of this browser, asked anew in every run so that a sign-out or an ended grant counts at once."""
    if _in_browser():
        return person_of(_cookie())
    return cast("Person | None", st.session_state.get(SEED))


def _in_browser() -> bool:
    """Whether a real server runs this page; Streamlit's test harness puts a stand-in in its place."""
    return type(runtime.get_instance()) is runtime.Runtime


def _cookie() -> str | None:
    return st.context.cookies.get(COOKIE)


def require(*needs: Act | Role) -> Person:
    """The first statement of every page: the person, when they hold one of `needs`; otherwise a plain refusal and the end of the run."""
    user = current_user()
    if user is None:
        st.title(_("Please sign in"), anchor=False)
        st.markdown(_("You are not signed in, or your sign-in has ended."))
        st.html(f'<a href="/sign-in" target="_self">{_("Sign in")}</a>')
        st.stop()
    i18n.use(st.session_state.get(i18n.KEY, user.language))
    if not any(user.may(need) if isinstance(need, Act) else need in user.roles for need in needs):
        st.title(_("Not for your role"), anchor=False)
        st.markdown(_("This page belongs to another role. Ask an administrator if you need it."))
        st.html(f'<a href="/" target="_self">{_("To your own pages")}</a>')
        st.stop()
    return user


def read(ask: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """`ask(session, *args)` on a snapshot; what goes wrong is said on the page, which then ends."""
    try:
        with snapshot() as session:
            return ask(session, *args, **kwargs)
    except FirstlightError as problem:
        tell(problem)
    except Exception:  # noqa: BLE001  the web's process edge
        _tell_reference()
    st.stop()


def act(work: Callable[..., T], *args: Any, done: str | None = None, aside: bool = False, **kwargs: Any) -> T | None:
    """`work(session, *args)` in one transaction; says `done` when it is committed, and what happened when it is not (then None)."""
    return _attempt(work, args, kwargs, done, aside)[1]


def did(work: Callable[..., Any], *args: Any, done: str | None = None, aside: bool = False, **kwargs: Any) -> bool:
    """Like `act`, for work that returns nothing: whether it was committed. `aside` says problems in a corner, for pages that refresh."""
    return _attempt(work, args, kwargs, done, aside)[0]


def _attempt(work: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], done: str | None, aside: bool) -> tuple[bool, T | None]:
    try:
        with transaction() as session:
            result = work(session, *args, **kwargs)
    except FirstlightError as problem:
        tell(problem, aside=aside)
        return False, None
    except Exception:  # noqa: BLE001  the web's process edge
        _tell_reference(aside=aside)
        return False, None
    if done:
        st.toast(done, icon=":material/check:")
    return True, result


def tell(problem: FirstlightError, *, aside: bool = False) -> None:
    """Show an error by who must act."""
    kind, icon = next((look for error, look in LOOKS.items() if isinstance(problem, error)), ("warning", "hourglass"))
    text = show(problem.sentence)
    if isinstance(problem, Retryable):
        text = f"{text} {_('Nothing is lost; it may work again in a moment.')}"
    _say(text, kind, icon, aside)


def unexpected(problem: Exception) -> bool:
    """What a page that failed outright says; Streamlit calls this for everything that no page caught."""
    if isinstance(problem, FirstlightError):
        tell(problem)
    else:
        _tell_reference(problem=problem)
    return True


def _tell_reference(*, aside: bool = False, problem: Exception | None = None) -> None:
    """The last resort: the person gets a reference, the log gets the trace."""
    reference = secrets.token_hex(4)
    log.error("reference %s", reference, exc_info=problem or True)
    words = _("Something went wrong here; nothing was changed. Please tell an administrator the reference {reference}.")
    _say(words.format(reference=reference), "error", "report", aside)


def _say(text: str, kind: str, icon: str, aside: bool) -> None:
    if aside:
        st.toast(text, icon=f":material/{icon}:", duration="long")
    else:
        {"error": st.error, "warning": st.warning}[kind](text, icon=f":material/{icon}:")


def speak(user: Person, language: str) -> None:
    """Switch the language of this browser and remember it for the person."""
    i18n.use(language)
    act(signin.set_language, user, language)


__all__ = ["Session", "act", "current_user", "did", "read", "require", "speak", "tell"]
