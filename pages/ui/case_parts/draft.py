"""What a reader has described so far of a case and has not signed: it lives in the browser tab and is gone after signing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.workflow.ai import FindingLine
from core.workflow.opinion import Lesion, Measurement, NoduleFinding
from core.workflow.reading import Case
from db.enums import FindingKind
from pages.ui.viewer import measured_key, placed_key

Finding = NoduleFinding | Lesion


@dataclass
class Edit:
    """What the form is open on: `place` in its list, or None for something new. `now`: the finding as the form stands.

    `turn` names the fields; a new turn fills them from `base` again.
    """

    base: Finding
    place: int | None
    turn: int
    now: Finding | None = None


@dataclass
class Draft:
    """`dismissed`: number of an AI mark → why; `attached`: id of a measurement that was used → name of its nodule, "" for a lesion."""

    nodules: list[NoduleFinding] = field(default_factory=list)
    lesions: list[Lesion] = field(default_factory=list)
    dismissed: dict[int, str] = field(default_factory=dict)
    attached: dict[str, str] = field(default_factory=dict)
    edit: Edit | None = None
    turn: int = 0

    def open(self, base: Finding, place: int | None = None) -> None:
        self.turn += 1
        self.edit = Edit(base, place, self.turn)

    def refill(self, finding: Finding) -> None:
        """Fill the open form from elsewhere than its fields, such as a measurement."""
        assert self.edit is not None
        self.turn += 1
        self.edit.base, self.edit.turn = finding, self.turn

    def keep(self, finding: Finding) -> None:
        """Put what the form holds into its list, and close the form."""
        kept: list[Any] = self.nodules if isinstance(finding, NoduleFinding) else self.lesions
        if self.edit is not None and self.edit.place is not None:
            kept[self.edit.place] = finding
        else:
            kept.append(finding)
        self.edit = None

    def close(self) -> None:
        """Leave the form without keeping it; measurements that were used for something new are free again."""
        edit, self.edit = self.edit, None
        if edit is not None and edit.place is None:
            self._release(edit.base)

    def remove(self) -> None:
        """Take what the form is open on away; measurements of it belong to nothing again."""
        edit, self.edit = self.edit, None
        if edit is None or edit.place is None:
            return
        kept: list[Any] = self.nodules if isinstance(edit.base, NoduleFinding) else self.lesions
        self._release(kept.pop(edit.place))

    def _release(self, gone: Finding) -> None:
        if isinstance(gone, NoduleFinding):
            self.attached = {key: name for key, name in self.attached.items() if name != gone.name}

    def reconsider(self, mark: int) -> None:
        """A dismissed AI mark is open again."""
        self.dismissed.pop(mark, None)

    def next_name(self, wanted: str = "") -> str:
        """`wanted` when it is free, else the first number that no nodule has."""
        taken = {nodule.name for nodule in self.nodules}
        free = (str(n) for n in range(1, len(taken) + 2) if str(n) not in taken)
        return wanted if wanted and wanted not in taken else next(free)


def draft(exam_id: int) -> Draft:
    """The draft of this case in this tab."""
    found: Draft = st.session_state.setdefault(_key(exam_id), Draft())
    return found


def put_back(exam_id: int, kept: Draft) -> None:
    """Begin with what was described before."""
    st.session_state[_key(exam_id)] = kept


def begun(exam_id: int) -> bool:
    """Whether something is described that one click must not throw away."""
    kept: Draft | None = st.session_state.get(_key(exam_id))
    return kept is not None and bool(kept.nodules or kept.lesions or kept.dismissed or kept.edit)


def forget(exam_id: int) -> None:
    """After signing."""
    for name in (_key(exam_id), measured_key(exam_id), placed_key(exam_id)):
        st.session_state.pop(name, None)


def own(case: Case) -> tuple[NoduleFinding, ...]:
    """The reader's nodules; the AI's unconfirmed ones are not among them."""
    return tuple(draft(case.exam_id).nodules)


def marks(case: Case) -> tuple[FindingLine, ...]:
    """The AI's nodules or regions; none while the AI is hidden, because then the case holds none."""
    kinds = (FindingKind.nodule, FindingKind.suspicious_region)
    return tuple(one for one in case.ai.findings if one.kind in kinds) if case.ai else ()


def measured(case: Case) -> tuple[Measurement, ...]:
    """What was drawn in the viewer, with the nodule that each belongs to."""
    drawn: Sequence[dict[str, Any]] = st.session_state.get(measured_key(case.exam_id)) or ()
    attached = draft(case.exam_id).attached
    return tuple(Measurement.from_json({**one, "nodule": attached.get(str(one.get("id")), "")}) for one in drawn)


def pointed(case: Case) -> dict[str, Any] | None:
    """The place in this exam's images that the reader pointed to since the last run, once."""
    place: dict[str, Any] | None = st.session_state.pop(placed_key(case.exam_id), None)
    return place if place and place.get("exam") == case.exam_id else None


def free(case: Case, *, earlier: bool = False) -> tuple[Measurement, ...]:
    """Measurements of this exam (or of an earlier one beside it) that belong to no finding yet, the newest first."""
    used = draft(case.exam_id).attached
    of_exam = [one for one in measured(case) if one.id not in used and (one.image.get("exam", case.exam_id) != case.exam_id) is earlier]
    return tuple(reversed(of_exam))


def _key(exam_id: int) -> str:
    return f"draft-{exam_id}"
