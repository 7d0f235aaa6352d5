"""Dots on a time axis: exams large and clickable, everything else small; a compact head row, not a chart."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.workflow.programmes import card
from core.workflow.reading import Case
from core.workflow.timeline import TimelineEvent
from pages.ui.i18n import _, day, show

FOLDER = Path(__file__).parent
_AXIS = st.components.v2.component(
    "firstlight_timeline",
    html='<div class="axis" role="group"></div>',
    css=(FOLDER / "timeline.css").read_text("utf-8"),
    js=(FOLDER / "timeline.js").read_text("utf-8"),
)


def timeline(case: Case) -> int | None:
    """Show what is known of the participant; the exam that was clicked."""
    return axis(case.timeline, here=case.exam_id)


def axis(events: Sequence[TimelineEvent], *, here: int | None = None, key: str = "timeline") -> int | None:
    """Dots on a time axis, `here` being the exam on screen; the exam that was clicked."""
    label = _("What happened to this participant")
    answer = _AXIS(key=key, data={"dots": dots(events, here), "label": label}, on_opened_change=lambda: None)
    return int(answer.opened) if answer.get("opened") else None


def dots(story: Sequence[TimelineEvent], here: int | None) -> list[dict[str, Any]]:
    """One dot for each exam with all that followed from it, and one for each day on which something else happened."""
    of_exam: dict[int, list[TimelineEvent]] = defaultdict(list)
    others: dict[tuple[str, int], list[TimelineEvent]] = defaultdict(list)
    for event in story:
        if event.exam_id is not None:
            of_exam[event.exam_id].append(event)
        else:
            others[(event.at.isoformat(), event.episode_id)].append(event)
    found = [_exam(exam_id, events, here=exam_id == here) for exam_id, events in of_exam.items()]
    found += [_other(events) for events in others.values()]
    return sorted(found, key=lambda dot: (dot["at"], dot["exam"] is not None))


def _exam(exam_id: int, events: list[TimelineEvent], *, here: bool) -> dict[str, Any]:
    first = next((event for event in events if event.kind == "exam"), events[0])
    kinds = {event.kind for event in events}
    decided = next((event.text.values.get("category") for event in reversed(events) if event.kind == "decision"), None)
    return {
        "at": first.at.isoformat(),
        "exam": exam_id,
        "here": here,
        "tone": "outcome" if "outcome" in kinds else "exam",
        "label": f"{card(first.programme).scheme} {decided}" if decided else _("round {n}", n=first.round),
        "date": day(first.at),
        "title": "\n".join(f"{day(event.at)}  {show(event.text)}" for event in events),
    }


def _other(events: list[TimelineEvent]) -> dict[str, Any]:
    title = "\n".join(f"{day(event.at)}  {show(event.text)}" for event in events)
    return {"at": events[0].at.isoformat(), "exam": None, "here": False, "tone": events[0].kind, "label": "", "date": "", "title": title}
