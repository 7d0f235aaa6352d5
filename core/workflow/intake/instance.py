"""One file in: encrypted object first, then its rows, so that a crash leaves an object without a row but never a row without its object."""

from dataclasses import replace
from pathlib import Path

from sqlmodel import Session, col, select

from core.clock import now
from core.errors import Conflict, Rejected
from core.imaging.examine import Examined, examine_bytes
from core.imaging.header import InstanceHeader
from core.imaging.kind import Kind
from core.objects import store
from core.words import N_, Sentence
from core.workflow.exams import card_for, place
from core.workflow.intake import receipt
from core.workflow.intake.batch import Batch, load
from core.workflow.intake.person import participant_of
from core.workflow.intake.receipt import Receipt
from core.workflow.programmes import card
from db.enums import ExamKind, IntakeResult
from db.tables import Exam, ExamInstance, Instance, IntakeItem, Participant, Series, Study

KINDS = {Kind.ct: ExamKind.lung_ct, Kind.enhanced_ct: ExamKind.lung_ct, Kind.mammogram: ExamKind.mammography}


def receive(session: Session, data: bytes | Path, *, site_id: int, batch_id: str, path: str) -> Receipt:
    """Take in one file that came by itself; the same file again gives the same receipt."""
    batch = load(session, batch_id)
    if batch.site_id != site_id:
        raise Rejected(N_("The upload {batch} belongs to another site"), batch=batch_id)
    content = data.read_bytes() if isinstance(data, Path) else data
    return receive_examined(session, examine_bytes(content, shown=path), batch)


def receive_examined(session: Session, file: Examined, batch: Batch) -> Receipt:
    """Take in one file that has been opened and checked; its receipt says what became of it."""
    key = store().put(file.content) if file.content is not None else None
    known = session.exec(select(IntakeItem).where(IntakeItem.batch_id == batch.id, IntakeItem.path == file.shown)).first()
    if known is not None and known.object_key == key:
        return receipt.of(known)
    if known is not None:  # another file that is shown under the same name
        return receive_examined(session, replace(file, shown=f"{file.shown} ({(key or '')[:8]})"), batch)
    if file.refusal is not None:
        return _item(session, batch, file, IntakeResult.rejected, file.refusal, key)
    if file.set_aside is not None or file.header is None:
        return _item(session, batch, file, IntakeResult.set_aside, file.set_aside, key)
    assert key is not None  # a file with a header has bytes
    try:
        with session.begin_nested():
            return _image(session, file, file.header, key, batch)
    except Conflict as problem:
        return _item(session, batch, file, IntakeResult.conflict, problem.sentence, key)
    except Rejected as problem:
        return _item(session, batch, file, IntakeResult.rejected, problem.sentence, key)


def _image(session: Session, file: Examined, header: InstanceHeader, key: str, batch: Batch) -> Receipt:
    kind = KINDS[header.kind]
    _of_the_programme(kind, batch)
    known = session.exec(select(Instance).where(Instance.sop_uid == header.sop_instance_uid)).first()
    if known is not None:
        _same(session, known, key, batch)
        exam_id = session.exec(select(ExamInstance.exam_id).where(ExamInstance.instance_id == known.id)).first()
        return _item(session, batch, file, IntakeResult.duplicate, None, key, instance=known, exam_id=exam_id)
    participant, doubt = participant_of(session, header, batch)
    study = _study(session, header, participant)
    instance = Instance(
        series_id=_series(session, header, study), sop_uid=header.sop_instance_uid, sop_class=header.sop_class_uid,
        transfer_syntax=header.transfer_syntax_uid, object_key=key, size_bytes=header.size, header=header.technical(), received_at=now(),
    )  # fmt: skip
    session.add(instance)
    session.flush()
    exam = place(session, instance, study, participant, kind, phantom=batch.phantom)
    return _item(session, batch, file, IntakeResult.accepted, doubt, key, instance=instance, exam_id=exam.id)


def _of_the_programme(kind: ExamKind, batch: Batch) -> None:
    if batch.programme is not None and card(batch.programme).kind != kind:
        raise Rejected(
            N_("The image belongs to “{found}”, the upload was meant for “{meant}”; upload it there"),
            found=card_for(kind).name, meant=card(batch.programme).name,
        )  # fmt: skip


def _same(session: Session, known: Instance, key: str, batch: Batch) -> None:
    """Nothing when it is the same image at the same site; Conflict otherwise."""
    owner = select(Exam.site_id).join(ExamInstance, col(ExamInstance.exam_id) == Exam.id).where(ExamInstance.instance_id == known.id)
    if session.exec(owner).first() != batch.site_id:
        raise Conflict(N_("An image with this SOP Instance UID (0008,0018) is known from another site; check who sent it"))
    if known.object_key != key:
        raise Conflict(
            N_("Another image with the same SOP Instance UID (0008,0018) {uid} is stored; that one is kept, this one is in quarantine"),
            uid=known.sop_uid,
        )


def _study(session: Session, header: InstanceHeader, participant: Participant) -> Study:
    """The study, made when new; Conflict when it is known as another person's, because two people are never merged."""
    uid = header.study_instance_uid
    study = session.exec(select(Study).where(Study.site_id == participant.site_id, Study.study_uid == uid)).first()
    if study is None:
        study = Study(
            study_uid=uid, site_id=participant.site_id, participant_id=participant.id or 0, study_date=header.study_date,
            description=header.study_description[:200],
        )  # fmt: skip
        session.add(study)
        session.flush()
    if study.participant_id != participant.id:
        raise Conflict(N_("The study (0020,000D) {uid} is stored already for another participant; check the patient number"), uid=uid)
    return study


def _series(session: Session, header: InstanceHeader, study: Study) -> int:
    uid = header.series_instance_uid
    series = session.exec(select(Series).where(Series.series_uid == uid)).first()
    if series is None:
        description = header.series_description[:200]
        series = Series(study_id=study.id or 0, series_uid=uid, modality=header.modality[:16], description=description)
        session.add(series)
        session.flush()
    if series.study_id != study.id:
        raise Conflict(N_("The series (0020,000E) {uid} is stored already in another study; check how the images were exported"), uid=uid)
    return series.id or 0


def _item(
    session: Session,
    batch: Batch,
    file: Examined,
    result: IntakeResult,
    reason: Sentence | None,
    key: str | None,
    *,
    instance: Instance | None = None,
    exam_id: int | None = None,
) -> Receipt:
    item = IntakeItem(
        batch_id=batch.id, path=file.shown, result=result, reason=reason.to_json() if reason else "",
        instance_id=instance.id if instance else None, exam_id=exam_id, object_key=key, at=now(),
    )  # fmt: skip
    session.add(item)
    session.flush()
    return receipt.of(item)
