"""Two places for viewers, one in sight and one behind it: the next case's images are on the graphics card before the decision is made."""

import streamlit as st

from core.access import Act, Person
from core.workflow.reading import Case
from pages.ui.case_parts.findings import chosen
from pages.ui.case_parts.pictures import scene_of, show_images
from pages.ui.reading_room import Room
from pages.ui.viewer import prior, viewer
from pages.ui.viewer.scene import goto

COUNT = 2


def choose(here: Room, exam_id: int) -> None:
    """Which of the two places is in front: the one that holds the case already, else the one behind."""
    if exam_id not in here.slots:
        here.slots[1 - here.front] = exam_id
    here.front = here.slots.index(exam_id)
    st.html(f"<style>.st-key-slot_{1 - here.front} {{ display: none !important; }}</style>")


def places() -> list[st.delta_generator.DeltaGenerator]:
    """The two containers; each keeps its place in the page over all reruns, so that its viewer is never built anew."""
    return [st.container(key=f"slot_{n}") for n in range(COUNT)]


def in_sight(here: Room, place: st.delta_generator.DeltaGenerator, case: Case, user: Person) -> None:
    """The case in hand; the keys are said by the desk, so the viewer has no list of its own."""
    with place:
        if case.images and case.site_id in user.sites(Act.read_cases):
            scene = scene_of(case, user)
            prior.in_sight(scene)
            viewer({**scene, "goto": goto(*chosen(case)), "help": False}, key=f"viewer-{case.exam_id}")
        else:
            show_images(case, user, None, 0)


def behind(here: Room, place: st.delta_generator.DeltaGenerator, case: Case | None, user: Person) -> None:
    """Load the next case's first images where nobody sees them; nothing of its AI that this person must not see is in `case`."""
    here.slots[1 - here.front] = case.exam_id if case else None
    if case is not None and case.images and case.site_id in user.sites(Act.read_cases):
        with place:
            viewer({**scene_of(case, user), "goto": None, "ahead": True, "help": False}, key=f"viewer-{case.exam_id}")
