"""Builders for tests of pages: people of each role at two sites, a few cases, and a page run as one of them."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from core.access import Person, person
from core.clock import now
from core.workflow.participants import find_or_register
from core.workflow.programmes import programme_row
from db.engine import snapshot, transaction
from db.enums import EpisodeStep, ExamKind, ModelState, Role, RunOutcome, Sex
from db.tables import Episode, EpisodeEvent, Exam, ModelRun, ModelStatus, ModelVersion, RoleGrant, Site, User
from pages.ui.session import SEED

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    path.relative_to(ROOT / "pages").as_posix().removesuffix(".py"): path
    for folder in ("coordinator", "doctor", "manager", "admin")
    for path in sorted((ROOT / "pages" / folder).glob("*.py"))
    if path.name != "__init__.py"
}
OPEN_TO: dict[str, set[Role]] = {
    "coordinator/participants": {Role.coordinator, Role.doctor},
    "coordinator/record": {Role.coordinator, Role.doctor},
    "coordinator/outcomes": {Role.coordinator, Role.doctor},
    "coordinator/triage": {Role.coordinator, Role.doctor},
    "doctor/case": {Role.coordinator, Role.doctor},
    "doctor/participant": {Role.coordinator, Role.doctor},
    "manager/rules": {Role.manager, Role.doctor, Role.administrator},
    "admin/models": {Role.manager, Role.administrator},
}
HOMES = {"coordinator": Role.coordinator, "doctor": Role.doctor, "manager": Role.manager, "admin": Role.administrator}
NAMES = ("Okafor^Ruth", "陈^美玲", "Fernandez-Montgomery^Maximiliana", "O'Neil^<b>Pat</b>")


def may_open(page: str) -> set[Role]:
    """The roles that a page is for."""
    return OPEN_TO.get(page, {HOMES[page.split("/")[0]]})


def people(*, synthetic: bool = True) -> dict[Role, Person]:
    """One person of each role, at the first of two sites."""
    with transaction() as session:
        sites = [Site(code=code, name=name, synthetic=synthetic, created_at=now()) for code, name in (("N", "North"), ("S", "South"))]
        session.add_all(sites)
        session.flush()
        users = {role: User(login=role.value, name=role.value.title(), password_hash="-", created_at=now()) for role in Role}
        session.add_all(users.values())
        session.flush()
        for role, user in users.items():
            session.add(RoleGrant(user_id=user.id or 0, role=role, site_id=sites[0].id, granted_at=now()))
    with snapshot() as session:
        return {role: person(session, user.id or 0) for role, user in users.items()}


def cases(n: int = 4, *, site_code: str = "N") -> list[int]:
    """`n` complete lung exams without images, each 4 days older than the one before, every second one scored 9; their ids."""
    with transaction() as session:
        site = session.exec(select(Site).where(Site.code == site_code)).one()
        version = ModelVersion(name="lung-ct", tag=f"test-{site_code}", weights_sha256="0" * 64, registered_at=now())
        session.add(version)
        session.flush()
        session.add(ModelStatus(version_id=version.id or 0, state=ModelState.active, at=now()))
        made = [_case(session, site, number) for number in range(n)]
        for exam_id in made[::2]:
            run = {"exam_id": exam_id, "version_id": version.id, "attempt": 1, "started_at": now(), "finished_at": now()}
            session.add(ModelRun.model_validate({**run, "outcome": RunOutcome.scored, "score": 0.9, "step": 9}))
    return made


def _case(session: Session, site: Site, number: int) -> int:
    who = {
        "site_id": site.id or 0,
        "identifier": f"{site.code}-{number}",
        "name": NAMES[number % len(NAMES)],
        "birth_date": date(1960, 5, 17),
    }
    registered = find_or_register(session, **who, sex=Sex.female, synthetic=site.synthetic, author="test")
    episode = Episode(participant_id=registered.id or 0, programme_id=programme_row(session, "lung").id or 0, round=1, opened_at=now())
    session.add(episode)
    session.flush()
    session.add(EpisodeEvent(episode_id=episode.id or 0, step=EpisodeStep.imaged, happened_at=now(), entered_at=now()))
    came = now() - timedelta(days=4 * number)
    exam = Exam(
        episode_id=episode.id or 0, site_id=site.id or 0, kind=ExamKind.lung_ct, exam_date=came.date(), received_at=came, completed_at=came
    )
    exam.synthetic = site.synthetic
    session.add(exam)
    session.flush()
    return exam.id or 0


def open_page(page: str, user: Person | None, *, language: str = "en", **address: str) -> AppTest:
    """`page` (such as "coordinator/triage") run through `app.py` as this person, with these parameters in the address."""
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if user is not None:
        test.session_state[SEED] = replace(user, language=language)
    test.run()
    for name, value in address.items():
        test.query_params[name] = value
    return test.switch_page(f"pages/{page}.py").run()


def words(test: AppTest) -> str:
    """Everything that a page says: text, widgets' labels, and what it gives its own tables."""
    shown = [*test.title, *test.markdown, *test.subheader, *test.info, *test.warning, *test.error, *test.success, *test.caption, *test.html]
    said = [str(element.value) for element in shown] + [str(button.label) for button in test.button]
    return "\n".join([*said, *(component.proto.json for component in test.get("bidi_component"))])
