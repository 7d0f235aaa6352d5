"""The earlier exam beside the present one: which is shown, where it lies, and its AI marks where they may be seen."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.access import Person
from core.workflow import images, pictures, priors
from core.workflow.images import CtImages
from core.workflow.priors import Prior
from core.workflow.registrations import registration
from db.enums import ExamKind
from pages.ui.i18n import _, day, days
from pages.ui.session import read
from pages.ui.viewer.mammograms import mg_scene, with_mg_prior
from pages.ui.viewer.marks import ct_marks
from pages.ui.viewer.scene import Scene, ct_scene

KEPT = 2  # exams whose slices are remembered in a tab
NONE = 0  # chosen when the reader wants no earlier exam beside


def with_prior(scene: Scene, user: Person, exam_id: int) -> Scene:
    """The scene with the chosen earlier exam, or as it is when there is none to show."""
    prior = shown(user, exam_id)
    if prior is None:
        return scene
    if prior.kind is ExamKind.lung_ct:
        return _ct(scene, user, exam_id, prior)
    with st.spinner(_("The images are being opened for the first time …"), show_time=False):
        found = read(priors.opened, user, pictures.pictures, prior.exam_id)
    if not found:
        return _without(scene)
    beside = mg_scene(prior.exam_id, found, expected=read(pictures.expected_views, user, prior.exam_id))
    return with_mg_prior(scene, beside, title=title(prior))


def shown(user: Person, exam_id: int) -> Prior | None:
    """The earlier exam that stands beside this one in this tab: the chosen one, else the latest with images."""
    return priors.chosen(known(user, exam_id), st.session_state.get(choice_key(exam_id)))


def known(user: Person, exam_id: int) -> tuple[Prior, ...]:
    """Every earlier exam that this person may know of, asked anew in every run."""
    return read(priors.priors, user, exam_id)


def choice_key(exam_id: int) -> str:
    """Where in the session the choice lies: an exam id, `NONE`, or nothing while nobody has chosen."""
    return f"prior-{exam_id}"


def title(prior: Prior) -> str:
    """ "30 May 2026, 176 days before"; kept short, because it stands on the images."""
    if prior.days_before <= 0:
        return _("{date}, earlier exam of the same day", date=day(prior.exam_date))
    return _("{date}, {age} before", date=day(prior.exam_date), age=days(prior.days_before))


def in_sight(scene: Scene) -> None:
    """Remember which earlier exams were handed to the viewer, so that the read can say what its reader had seen."""
    prior, exam_id = scene.get("prior"), scene.get("exam")
    if prior is not None and exam_id is not None:
        st.session_state.setdefault(seen_key(exam_id), set()).add(prior["exam"])


def seen(exam_id: int) -> tuple[int, ...]:
    """Earlier exams that were in sight in this tab, for `Read.seen`."""
    return tuple(sorted(st.session_state.get(seen_key(exam_id), ())))


def seen_key(exam_id: int) -> str:
    return f"priors-seen-{exam_id}"


def _ct(scene: Scene, user: Person, exam_id: int, prior: Prior) -> Scene:
    found = _slices(user, prior.exam_id)
    if found is None:
        return _without(scene)
    laid = read(registration, exam_id, prior.exam_id)
    earlier = read(priors.ai_of_prior, user, exam_id, prior.exam_id)[0]
    beside = ct_scene(found)
    link: dict[str, Any] = {
        "matrix": [list(row) for row in laid.matrix] if laid and laid.matrix else None,
        "grade": laid.grade if laid else "",
    }
    texts: Sequence[str] = [title(prior), *beside["title"]]
    marks = ct_marks(earlier.findings, found.slices) if earlier else []
    return {**scene, "id": f"{scene['id']}~{beside['id']}", "prior": {**beside, "title": texts, "marks": marks, "link": link}}


def _without(scene: Scene) -> Scene:
    """The present images alone, and why."""
    st.caption(f":material/warning: {_('The earlier images cannot be opened; an administrator finds the reason in the log.')}")
    return scene


def _slices(user: Person, exam_id: int) -> CtImages | None:
    """Put together once a tab; whether the person may see the exam was asked anew in this run."""
    kept: dict[int, CtImages | None] = st.session_state.setdefault("images-earlier", {})
    if exam_id not in kept:
        kept[exam_id] = read(priors.opened, user, images.ct, exam_id)
        for older in list(kept)[:-KEPT]:
            del kept[older]
    return kept[exam_id]
