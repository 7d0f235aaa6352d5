"""Reports and letters: what they say is what was signed, in both languages, and they go only to the site's own people."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from sqlmodel import col, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core import signin
from core.access import Person, person
from core.errors import Conflict, NotAllowed, Rejected
from core.exchange import fonts
from core.exchange.letter import LetterFacts, letter, spoken
from core.exchange.pdf import pdf
from core.exchange.templates import filled, templates
from core.workflow import documents
from core.workflow.opinion import Opinion
from core.workflow.programmes import cards
from db.engine import snapshot, transaction
from db.enums import DocumentKind, ProgrammeDecision, Role
from db.tables import AuditEvent, Decision, Document
from pages.ui.gate import COOKIE
from pages.ui.i18n import tongue
from pages.ui.routes import ROUTES
from tests.build import PASSWORD, a_person, a_site, a_user, ago, an_exam
from tests.document_build import BREAST, LUNG, TECHNICAL, decided

D = ProgrammeDecision
LANGUAGES = ("en", "zh_CN")
DAY = ago(0).date()
APPROVED = date(2026, 11, 20)
GOLDEN = Path(__file__).parent / "golden"


def facts(programme: str, decision: ProgrammeDecision, category: str, *, name: str = "Doe, Jane") -> LetterFacts:
    return LetterFacts(programme, name, "FL-000001", "North clinic", DAY, decision, category, DAY, DAY, invented=False)


def words(content: bytes) -> str:
    """The text of every page as a viewer reads it, in one line."""
    document = pypdfium2.PdfDocument(content)
    found = " ".join(document[i].get_textpage().get_text_range() for i in range(len(document)))
    document.close()
    return " ".join(found.replace("\ufffe", "").split())


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def drafted(exam_id: int, who: Person, kind: DocumentKind, language: str = "en") -> bytes:
    with snapshot() as session:
        return documents.draft(session, who, exam_id, kind, tongue(language)).pdf


@pytest.fixture
def doctors(sqlite_database: str) -> tuple[Person, Person]:
    with transaction() as session:
        return a_person(session, "dana"), a_person(session, "emil")


def case(*readers: Person, said: Opinion = LUNG, **fields: object) -> int:
    with transaction() as session:
        return decided(session, said, *readers, **fields).id or 0  # type: ignore[arg-type]


# Letters


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_every_category_is_complete(language: str) -> None:
    assert {programme for programme, spoken_in in templates() if spoken_in == language} == set(cards())
    for card in cards().values():
        for decision in ProgrammeDecision:
            for category in card.categories:
                made = letter(facts(card.id, decision, category.code), tongue(language))
                text = "\n".join(made.content.words()).replace(made.content.page, "")
                assert "{" not in text
                assert "}" not in text
                assert made.content.title
                assert category.code not in re.findall(r"\b4[ABCX]\b", text)


def golden(name: str, text: str) -> None:
    """Compare with the text that was read and approved; a change of words is a new version and a new file under tests/golden."""
    path = GOLDEN / f"{name}.txt"
    assert path.is_file(), f"read this text and keep it as {path}:\n{text}"
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("programme", sorted(cards()))
def test_letters_say_what_was_approved(programme: str, language: str) -> None:
    known = {}
    for decision in ProgrammeDecision:
        for category in cards()[programme].categories:
            about = replace(facts(programme, decision, category.code), exam_date=APPROVED, due=APPROVED, written=APPROVED)
            made = letter(about, tongue(language))
            known[made.template] = "\n".join(word for word in made.content.words() if word)
    golden(f"letters-{programme}-{language}", "\n\n".join(f"== {name}\n{text}" for name, text in sorted(known.items())) + "\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("programme", ["lung", "breast"])
def test_reports_say_what_was_approved(doctors: tuple[Person, Person], programme: str, language: str) -> None:
    """Days and moments are left out: they are those of the test."""
    with transaction() as session:
        exam_id = decided(session, LUNG if programme == "lung" else BREAST, *doctors, programme=programme).id or 0
    with snapshot() as session:
        content = documents.draft(session, doctors[0], exam_id, DocumentKind.report, tongue(language)).content
    text = "\n".join(word for word in content.words() if word) + "\n"
    text = re.sub(r"\d{1,2} [A-Z][a-z]{2} \d{4}(, \d\d:\d\d)?|\d{4}年\d{1,2}月\d{1,2}日( \d\d:\d\d)?", "<day>", text)
    golden(f"report-{programme}-{language}", re.sub(r"H\d{5}", "<number>", text))


def test_a_field_that_nobody_fills_stops_the_letter() -> None:
    with pytest.raises(Rejected, match="appointment"):
        filled("Come on {appointment}", {"name": "Jane"})
    with pytest.raises(Rejected, match="site is not known"):
        filled("Ask at {site}", {"site": " "})
    with pytest.raises(Rejected):
        letter(facts("lung", D.assessment, "4B", name=" "), tongue("en"))


@pytest.mark.parametrize(("programme", "decision", "category", "language", "expected"), [
    ("lung", D.routine_recall, "2", "en", "Your lung scan: no further tests are needed now"),
    ("lung", D.short_term_recall, "3", "en", "The scan shows a small spot in the lung. Most spots like this are harmless"),
    ("lung", D.technical_recall, "0", "en", "This says nothing about your health."),
    ("breast", D.assessment, "4B", "en", "This does not mean that you have cancer: most women who are called back"),
    ("breast", D.assessment, "6", "en", "You are already known to a clinic for the finding in your breast."),
    ("lung", D.assessment, "4X", "zh_CN", "这并不表示您患有癌症"),
    ("breast", D.routine_recall, "1", "zh_CN", "目前没有发现需要进一步检查的情况。"),
    ("breast", D.technical_recall, "0", "zh_CN", "这与您的健康状况无关。"),
])  # fmt: skip
def test_the_printed_letter_says_what_the_template_says(
    programme: str, decision: ProgrammeDecision, category: str, language: str, expected: str
) -> None:
    made = letter(facts(programme, decision, category), tongue(language))
    printed = words(pdf(made.content, at=ago(0)))
    assert squeezed(expected) in squeezed(printed)
    assert squeezed("Dear Jane Doe," if language == "en" else "尊敬的Jane Doe：") in squeezed(printed)
    assert "1.0" in printed
    assert made.version == "1.0"


def test_names_are_said_as_people_say_them() -> None:
    assert [spoken(name) for name in ("Doe, Jane", "陈, 美玲", "Okafor", "Müller, Łucja")] == [
        "Jane Doe",
        "陈美玲",
        "Okafor",
        "Łucja Müller",
    ]


def test_a_chinese_name_in_an_english_letter_and_a_polish_one_are_printed() -> None:
    for name in ("陈, 美玲", "Wałęsa, Łucja"):
        made = letter(facts("lung", D.assessment, "4B", name=name), tongue("en"))
        printed = pdf(made.content, at=ago(0))
        assert spoken(name) in words(printed)
        fonts_used = {
            str(font.get_object()["/BaseFont"])
            for page in pypdf.PdfReader(io.BytesIO(printed)).pages
            for font in page["/Resources"]["/Font"].values()
        }  # type: ignore[index]
        assert all("+" in font for font in fonts_used), "every font is an embedded subset"


def test_what_no_font_draws_is_refused_by_name() -> None:
    made = letter(facts("lung", D.assessment, "4B", name="محمد"), tongue("en"))
    with pytest.raises(Rejected, match=r"U\+0645"):
        pdf(made.content, at=ago(0))


def test_without_a_chinese_font_a_chinese_letter_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "CHINESE", ())
    fonts.fonts.cache_clear()
    try:
        with pytest.raises(Rejected, match="Noto Sans CJK"):
            pdf(letter(facts("lung", D.assessment, "4B"), tongue("zh_CN")).content, at=ago(0))
        with pytest.raises(Rejected, match="Noto Sans CJK"):
            pdf(letter(facts("lung", D.assessment, "4B", name="陈, 美玲"), tongue("en")).content, at=ago(0))
        assert "Jane Doe" in words(pdf(letter(facts("lung", D.assessment, "4B"), tongue("en")).content, at=ago(0)))
    finally:
        fonts.fonts.cache_clear()


# Reports


def test_a_lung_report_says_what_was_signed(doctors: tuple[Person, Person]) -> None:
    printed = words(drafted(case(doctors[0]), doctors[0], DocumentKind.report))
    for expected in (
        "Screening report: low-dose CT of the chest", "Research use only, not for clinical decisions", "Doe, Jane",
        "Lung-RADS 4B – Very suspicious",
        "Recommendation: recall for assessment, due", "Single read", "Lung-RADS v2022 suggests category 4B", "right upper lobe",
        "Part-solid",
        "9.1 × 7.3 mm", "mean 8.2 mm", "4.5 mm", "310 mm³", "Growing, earlier 6.0 mm", "Spiculated", "Nodule with spicules.",
        "AI mark 1: taken over as it was", "lung-ct.7", "a" * 64, "8 of 10", "8.4 mm", "0.61", "Not tested on other scanners",
        "About the AI model", "Intended use: research",
        "Dana Test: signed on",
        "AI result in sight", "There are no images", "Page 1 of",
    ):  # fmt: skip
        assert squeezed(expected) in squeezed(printed), expected


def test_a_breast_report_holds_the_whole_form_of_both_readers(doctors: tuple[Person, Person]) -> None:
    exam_id = case(*doctors, said=BREAST, programme="breast", scored=False)
    printed = words(drafted(exam_id, doctors[0], DocumentKind.report))
    for expected in (
        "Screening report: mammography", "BI-RADS 4B – Moderate suspicion of malignancy", "Findings of Dana Test (marks A)",
        "Findings of Emil Test (marks B)", "Breast density C", "Abnormal, BI-RADS 4B", "Normal, BI-RADS 1", "Ill-defined mass",
        "R CC, R MLO",
        "14.0 mm", "4 Suspicious of malignancy", "Compare with the ultrasound.", "All readers agree", "No result, because:",
    ):  # fmt: skip
        assert squeezed(expected) in squeezed(printed), expected
    assert "Research use only" not in printed, "there is no AI result that it could be said of"


def test_a_report_in_chinese(doctors: tuple[Person, Person]) -> None:
    printed = squeezed(words(drafted(case(doctors[0], name="陈^美玲"), doctors[0], DocumentKind.report, "zh_CN")))
    for expected in (
        "筛查报告：低剂量胸部CT",
        "仅供研究使用，不得用于临床决策",
        "陈,美玲",
        "右肺上叶",
        "部分实性",
        "召回进一步诊查",
        "第1页",
    ):
        assert expected in printed, expected


@pytest.mark.parametrize("category", [category.code for category in cards()["breast"].categories])
def test_every_category_of_the_form_comes_out_as_it_was_signed(doctors: tuple[Person, Person], category: str) -> None:
    known = cards()["breast"].category(category)
    assert known is not None
    said = Opinion(category, known.usual, density="D")
    with transaction() as session:
        exam_id = decided(session, said, *doctors, programme="breast").id or 0
        decision = session.exec(select(Decision).where(Decision.exam_id == exam_id)).one()
        assert decision.decision == known.usual
    printed = words(drafted(exam_id, doctors[0], DocumentKind.report))
    assert f"BI-RADS {category} – {known.name}" in printed
    steps = {D.routine_recall: "routine recall", D.short_term_recall: "short-term recall", D.assessment: "recall for assessment"}
    assert f"Recommendation: {steps[known.usual]}" in printed


def test_views_to_repeat_are_named(doctors: tuple[Person, Person]) -> None:
    printed = words(drafted(case(*doctors, said=TECHNICAL, programme="breast"), doctors[0], DocumentKind.report))
    assert "R MLO Motion" in printed


def test_invented_people_and_phantoms_are_marked(doctors: tuple[Person, Person]) -> None:
    printed = words(drafted(case(doctors[0], synthetic=True, phantom=True), doctors[0], DocumentKind.report))
    assert "Demonstration: this person is invented" in printed
    assert "Phantom: the images are procedural" in printed
    assert "Not a real letter" in words(drafted(case(doctors[0], synthetic=True), doctors[0], DocumentKind.letter))


def test_long_findings_run_over_several_numbered_pages(doctors: tuple[Person, Person]) -> None:
    said = Opinion("2", D.routine_recall, note="A long description of scars and other old changes. " * 260)
    made = drafted(case(doctors[0], said=said), doctors[0], DocumentKind.report)
    document = pypdfium2.PdfDocument(made)
    pages = len(document)
    assert pages >= 4
    for i in range(pages):
        page = document[i]
        assert f"Page {i + 1} of {pages}" in " ".join(page.get_textpage().get_text_range().split())
        bitmap = page.render(scale=0.5).to_numpy()
        assert bitmap[..., :3].min() < 128, "something is drawn on every page"
        assert (bitmap[:, :12] > 250).all(), "nothing runs into the margin"
        assert (bitmap[:, -12:] > 250).all(), "nothing runs into the margin"
    document.close()


def test_a_note_stays_as_it_was_written(doctors: tuple[Person, Person]) -> None:
    said = Opinion("2", D.routine_recall, note="Benign")
    assert "：Benign" in squeezed(words(drafted(case(doctors[0], said=said), doctors[0], DocumentKind.report, "zh_CN"))).replace(":", "：")


# Kept and handed out


def test_before_the_decision_there_is_no_document(doctors: tuple[Person, Person]) -> None:
    with transaction() as session:
        exam_id = an_exam(session, images=0).id or 0
    for kind in DocumentKind:
        with pytest.raises(Conflict, match="not concluded"):
            drafted(exam_id, doctors[0], kind)


def test_a_kept_document_is_what_was_looked_at_and_tells_its_template(database: str) -> None:
    with transaction() as session:
        dana = a_person(session, "dana")
        exam_id = decided(session, LUNG, dana).id or 0
    with snapshot() as session:
        made = documents.draft(session, dana, exam_id, DocumentKind.letter, tongue("en"))
    with transaction() as session:
        document_id = documents.keep(session, dana, made)
    with snapshot() as session:
        content, name = documents.content(session, dana, document_id)
        line = documents.documents(session, dana, [exam_id])[0]
        row = session.get_one(Document, document_id)
    assert content == made.pdf
    assert "Doe" not in name
    assert (line.template, line.template_version, line.current, line.author) == ("lung.assessment", "1.0", True, "Dana Test")
    assert row.detail["category"] == "4B"


def test_a_draft_of_an_older_decision_is_not_kept(doctors: tuple[Person, Person]) -> None:
    exam_id = case(doctors[0])
    with snapshot() as session:
        made = documents.draft(session, doctors[0], exam_id, DocumentKind.letter, tongue("en"))
    with transaction() as session:
        kept = documents.keep(session, doctors[0], made)
        session.add(Decision(exam_id=exam_id, decision=D.routine_recall, category="2", author_id=doctors[1].user_id, at=ago(0), reason=""))
        session.flush()
        with pytest.raises(Conflict, match="changed since"):
            documents.keep(session, doctors[0], made)
        assert [line.current for line in documents.documents(session, doctors[0], [exam_id]) if line.id == kept] == [False]


def test_a_coordinator_writes_letters_and_no_reports(doctors: tuple[Person, Person]) -> None:
    exam_id = case(doctors[0])
    with transaction() as session:
        cora = a_person(session, "cora", role=Role.coordinator)
    assert drafted(exam_id, cora, DocumentKind.letter).startswith(b"%PDF")
    with pytest.raises(NotAllowed):
        drafted(exam_id, cora, DocumentKind.report)


@pytest.fixture
def anyone(sqlite_database: str) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=ROUTES), base_url="http://firstlight") as client:
        yield client


def signed_in(client: TestClient, login: str, role: Role, site: str = "NORTH") -> TestClient:
    with transaction() as session:
        a_user(session, login, role=role, site=a_site(session, site))
        client.cookies.set(COOKIE, signin.sign_in(session, login, PASSWORD)[0])
    return client


def test_the_route_hands_documents_only_to_the_sites_people_and_says_so_in_the_trail(anyone: TestClient) -> None:
    with transaction() as session:
        dana = person(session, a_user(session, "dana").id or 0)
        exam_id = decided(session, LUNG, dana).id or 0
    with snapshot() as session:
        made = documents.draft(session, dana, exam_id, DocumentKind.letter, tongue("en"))
    with transaction() as session:
        path = f"/api/document/{documents.keep(session, dana, made)}"
    assert anyone.get(path).status_code == 401
    for login, role, site in (("otto", Role.doctor, "SOUTH"), ("mona", Role.manager, "NORTH"), ("adam", Role.administrator, "NORTH")):
        assert signed_in(anyone, login, role, site).get(path).status_code == 404
    answer = signed_in(anyone, "cora", Role.coordinator).get(path)
    assert (answer.status_code, answer.content) == (200, made.pdf)
    assert answer.headers["content-type"] == "application/pdf"
    assert "no-store" in answer.headers["cache-control"]
    assert anyone.get(f"{path}?save").headers["content-disposition"].startswith("attachment")
    assert anyone.get("/api/document/999").status_code == 404
    with snapshot() as session:
        seen = session.exec(select(AuditEvent.actor).where(AuditEvent.action == "letter_opened").order_by(col(AuditEvent.id))).all()
    assert list(seen) == ["cora", "cora"]


def test_a_document_in_the_store_is_sealed(doctors: tuple[Person, Person], folder: Path) -> None:
    exam_id = case(doctors[0])
    with snapshot() as session:
        made = documents.draft(session, doctors[0], exam_id, DocumentKind.letter, tongue("en"))
    with transaction() as session:
        documents.keep(session, doctors[0], made)
    stored = [path.read_bytes() for path in folder.rglob("objects/objects/**/*") if path.is_file()]
    assert stored
    assert not any(b"%PDF" in content for content in stored)
