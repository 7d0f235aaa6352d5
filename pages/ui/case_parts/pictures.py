"""The images of a case in the viewer, with the AI marks where AI may be seen; or why there is nothing to look at."""

import streamlit as st

from core.access import Act, Person
from core.words import Sentence
from core.workflow import heat, images, pictures, saliency
from core.workflow.reading import Case, CaseImages
from core.workflow.slices import Slices
from db.enums import ExamKind
from pages.ui.case_parts.findings import marks_begin_shown
from pages.ui.frame import nothing_here
from pages.ui.i18n import _, day, show
from pages.ui.session import read
from pages.ui.viewer import viewer
from pages.ui.viewer.mammograms import mg_scene
from pages.ui.viewer.marks import ct_marks, slice_of, with_marks
from pages.ui.viewer.prior import in_sight, with_prior
from pages.ui.viewer.scene import Scene, ct_scene, goto, with_saliency

TWO = 2  # the case in sight and the one loaded ahead


def show_images(case: Case, user: Person, wanted: int | None, once: int) -> None:
    """The viewer; `wanted` is the finding to jump to, asked for the `once`-th time."""
    if case.site_id not in user.sites(Act.read_cases):
        nothing_here(_("Images are shown to doctors of this site."))
    elif not case.images:
        nothing_here(_("This exam is part of a simulated history: there are no images to look at."))
    else:
        scene = scene_of(case, user)
        in_sight(scene)
        viewer({**scene, "goto": goto(wanted, once)}, key=f"viewer-{case.exam_id}")


def scene_of(case: Case, user: Person) -> Scene:
    """What the viewer is told of a case with images: where they lie, and the marks where this person may see them."""
    return with_prior(_ct(case, user) if case.kind is ExamKind.lung_ct else _mg(case, user), user, case.exam_id)


def slices_of(case: Case, user: Person) -> Slices | None:
    """How the slices of a CT case lie; None where there are none to see."""
    if case.kind is not ExamKind.lung_ct or not case.images or case.site_id not in user.sites(Act.read_cases):
        return None
    return _images(case, user).slices


def _images(case: Case, user: Person) -> images.CtImages:
    """Put together once a tab: the case itself was asked for anew, with the person's sites, in this run."""
    kept: dict[int, tuple[CaseImages, images.CtImages]] = st.session_state.setdefault("images", {})
    if case.exam_id not in kept or kept[case.exam_id][0] != case.images:
        kept[case.exam_id] = (case.images, read(images.ct, user, case.exam_id))
        for older in list(kept)[:-TWO]:
            del kept[older]
    return kept[case.exam_id][1]


def _ct(case: Case, user: Person) -> Scene:
    found = _images(case, user)
    marks = ct_marks(case.ai.findings, found.slices) if case.ai else []
    best = case.ai and case.ai.findings and slice_of(case.ai.findings[0], found.slices)
    first = best if isinstance(best, int) and best is not None else None
    scene = {**ct_scene(found, first=first), "marks": marks, "date": _("This exam, {date}", date=day(case.exam_date))}
    return with_saliency(scene, read(saliency.maps, user, case.exam_id, case.ai.run_id)) if case.ai else scene


def _mg(case: Case, user: Person) -> Scene:
    with st.spinner(_("The images are being opened for the first time …"), show_time=False):
        found = read(pictures.pictures, user, case.exam_id)
    scene = mg_scene(case.exam_id, found, expected=read(pictures.expected_views, user, case.exam_id))
    if case.ai is None:
        return scene
    marked = with_marks(scene, case.ai, found, read(heat.heats, user, case.exam_id, case.ai.run_id), case.exam_id)
    return {**marked, "marksShown": marks_begin_shown(case)}


def problem(case: Case, user: Person) -> str:
    """Why these images may mislead, said in full; "" where nothing is wrong."""
    seen = case.images and case.site_id in user.sites(Act.read_cases) and case.kind is ExamKind.lung_ct
    refusal = _images(case, user).refusal if seen else None
    return show(refusal or case.problem, empty="")


def remarks(case: Case, user: Person) -> tuple[Sentence, ...]:
    """What else is doubtful about the images, each said once."""
    if not case.images or case.site_id not in user.sites(Act.read_cases):
        return case.notes
    if case.kind is ExamKind.lung_ct:
        said = list(_images(case, user).warnings)
    else:
        said = [warning for picture in read(pictures.pictures, user, case.exam_id) for warning in _of_picture(picture)]
    return tuple(one for one in {str(one): one for one in (*case.notes, *said)}.values() if str(one) != str(case.problem))


def _of_picture(picture: pictures.Picture) -> tuple[Sentence, ...]:
    """The worst first."""
    return (*((picture.problem,) if picture.problem else ()), *picture.doubts, *picture.warnings)
