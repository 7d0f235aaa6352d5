"""Concluded cases for reports and letters: a lung exam and a breast exam with what their readers signed."""

from typing import Any

from sqlmodel import Session

from core.access import Person
from core.clock import now
from core.words import say
from core.workflow.opinion import Lesion, NoduleFinding, Opinion, ViewToRepeat
from db.enums import ProgrammeDecision
from db.tables import Decision, Exam, ModelRun, Participant, Read
from tests.build import a_model, a_participant, a_recall, a_run, ago, an_exam

D = ProgrammeDecision
LESION = Lesion(
    side="R", kind="ill_defined_mass", concern=4, positions={"R-CC": (20.0, 30.0), "R-MLO": (25.0, 35.0)}, size_mm=14.0, category="4B"
)
NODULE = NoduleFinding(
    name="1", kind="part-solid", long_mm=9.1, short_mm=7.3, solid_mm=4.5, volume_mm3=310.0, lobe="RUL", side="R", flags=("spiculation",),
    from_mark=1, change="growing", earlier_mm=6.0,
)  # fmt: skip
BREAST = Opinion(
    "4B", D.assessment, note="Compare with the ultrasound.", density="C", assessments={"R": "abnormal", "L": "normal"},
    per_side={"R": "4B", "L": "1"}, lesions=(LESION,),
)  # fmt: skip
LUNG = Opinion(
    "4B", D.assessment, note="Nodule with spicules.", nodules=(NODULE,),
    suggestion=say("{rule} suggests category {category}", rule="Lung-RADS v2022", category="4B").to_json(),
    differences=({"what": "taken", "mark": 1},),
)  # fmt: skip
TECHNICAL = Opinion("0", D.technical_recall, views=(ViewToRepeat(view="R-MLO", reason="motion"),))


def someone(session: Session, name: str = "Doe^Jane", **fields: Any) -> Participant:
    return a_participant(session, name, **fields)


def decided(
    session: Session, said: Opinion, *readers: Person, programme: str = "lung", name: str = "Doe^Jane", scored: bool = True, **fields: Any
) -> Exam:
    """An exam that these readers read alike and that is concluded; with an AI result of step 8 unless told otherwise."""
    exam = an_exam(session, participant=someone(session, name), programme=programme, images=0, **fields)
    run = scored_run(session, exam) if scored else None
    for reader in readers:
        session.add(
            Read(
                exam_id=exam.id or 0, reader_id=reader.user_id, category=said.category, decision=said.decision, opinion=said.to_json(),
                saw_ai=run is not None, run_id=run.id if run else None, opened_at=ago(1), committed_at=ago(1),
            )
        )  # fmt: skip
    reason = say("All readers agree" if len(readers) > 1 else "Single read").to_json()
    decision = Decision(
        exam_id=exam.id or 0,
        decision=said.decision,
        category=said.category,
        author_id=readers[-1].user_id,
        at=now(),
        reason=reason,
    )
    session.add(decision)
    session.flush()
    if said.decision != D.routine_recall:
        a_recall(session, decision)
    return exam


def scored_run(session: Session, exam: Exam) -> ModelRun:
    version = a_model(session, "lung-ct" if exam.kind.value == "lung_ct" else "mammography", tag="7")
    return a_run(session, exam, step=8, version=version, nodules=((8.4, 0.61),) if exam.kind.value == "lung_ct" else ())
