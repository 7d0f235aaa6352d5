"""The page of the door: product name, one sentence, two fields, the other language; and what a fresh installation needs first."""

import html
from string import Template
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.responses import HTMLResponse

from core.settings import settings
from core.sites import only_invented, sites
from db.engine import snapshot
from pages.ui import i18n
from pages.ui.i18n import _
from pages.ui.shell import ASSETS

FIRST_STEPS = "make run", 'python -m core.setup --site NORTH --name "North clinic" --administrator ann'


def page(onward: str, login: str, problem: str) -> HTMLResponse:
    """The page in the language of this request; `$form` is left for the token of the form."""
    with snapshot() as session:
        below = _below(session)
    template = Template((ASSETS / "sign-in.html").read_text("utf-8"))
    other = "zh_CN" if i18n.language() == "en" else "en"
    spoken = {
        "lang": "zh-Hans" if i18n.language() == "zh_CN" else "en",
        "title": _("Sign in"),
        "promise": _("From the images to the decision and its outcome, in one place."),
        "name": _("Account name"),
        "word": _("Password"),
        "enter": _("Sign in"),
        "research": _("Research use only, not for clinical decisions"),
        "other": f"/sign-in?{urlencode({'language': other, 'next': inside(onward)})}",
        "other_name": i18n.LANGUAGES[other],
        "other_lang": "zh-Hans" if other == "zh_CN" else "en",
        "login": login,
        "next": inside(onward),
        "problem": problem,
        "hide": "" if problem else "hidden",
    }
    filled = template.safe_substitute({key: html.escape(value) for key, value in spoken.items()}, accounts=below)
    return HTMLResponse(filled, headers={"Cache-Control": "no-store"})


def inside(path: str) -> str:
    """A path on this server, never another address."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\", "/sign-")) and "\n" not in path else "/"


def _below(session: Session) -> str:
    """The demonstration accounts, where there are nothing but invented people to see; the first steps, where there is nothing at all."""
    if not sites(session):
        return _first_steps()
    return _accounts() if settings().demo and only_invented(session) else ""


def _first_steps() -> str:
    said = (_("See the demonstration programme:"), _("Or begin with your own site and its administrator:"))
    items = "".join(
        f"<li>{html.escape(words)}<br><code>{html.escape(command)}</code></li>" for words, command in zip(said, FIRST_STEPS, strict=True)
    )
    words = _("Nothing is set up here yet. On the server, one of these two comes first:")
    return f'<section class="accounts"><h2>{html.escape(words)}</h2><ul>{items}</ul></section>'


def _accounts() -> str:
    from core.demonstration.people import ACCOUNTS  # only an installation with the demonstration needs it

    rows = "".join(
        f'<tr><th scope="row">{html.escape(_(role.capitalize()))}</th><td><code>{login}</code></td><td><code>{password}</code></td></tr>'
        for login, password, role in ACCOUNTS
    )
    words = _("Demonstration accounts: everything they show is invented or public research data")
    return f'<section class="accounts"><h2>{html.escape(words)}</h2><table>{rows}</table></section>'
