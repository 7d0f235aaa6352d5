"""Sites, accounts and names of people who do not exist."""

import random

from sqlmodel import Session

from core.clock import now
from core.signin import hash_password
from db.enums import Role
from db.tables import RoleGrant, Site, User

SITES = (("NORTH", "Northfield Screening Centre"), ("SOUTH", "Southgate Clinic"))

PASSWORD = "firstlight-demo"  # noqa: S105  for invented sites only, printed at start
ACCOUNTS: tuple[tuple[str, str, str], ...] = (
    ("coordinator", PASSWORD, "coordinator"),
    ("doctor", PASSWORD, "doctor"),
    ("doctor2", PASSWORD, "doctor"),
    ("doctor3", PASSWORD, "doctor"),
    ("manager", PASSWORD, "programme manager"),
    ("admin", PASSWORD, "administrator"),
)
_NAMES = {
    "coordinator": "Maria Keller",
    "doctor": "Dr Jonas Meyer",
    "doctor2": "Dr Wei Zhang",
    "doctor3": "Dr Amara Okafor",
    "manager": "Sofia Almeida",
    "admin": "Tomas Novak",
}
_ROLES = {"programme manager": Role.manager}

FAMILY = (
    "Almeida", "Andersson", "Bauer", "Berg", "Brown", "Chen", "Costa", "Demir", "Dubois", "Evans", "Fischer", "Garcia", "Haas", "Hansen",
    "Hughes", "Ivanova", "Jansen", "Jensen", "Khan", "Kowalska", "Larsen", "Lindqvist", "Lopez", "Martin", "Moreau", "Murphy", "Nagy",
    "Nielsen", "Novak", "Okafor", "Olsen", "Papadaki", "Patel", "Petrov", "Rossi", "Santos", "Schmidt", "Silva", "Singh", "Smith",
    "Svensson", "Taylor", "Thomas", "Tran", "Varga", "Virtanen", "Walker", "Weber", "Wood", "Yilmaz", "王", "李", "张", "刘", "陈",
)  # fmt: skip
WOMEN = (
    "Agnes", "Alice", "Amina", "Ana", "Astrid", "Carmen", "Claire", "Dorothea", "Elena", "Eva", "Fatima", "Grace", "Hanna", "Helen",
    "Ingrid", "Irene", "Jane", "Karin", "Laura", "Leila", "Lucia", "Margaret", "Marta", "Nadia", "Olga", "Paula", "Rosa", "Ruth",
    "Sara", "Teresa", "Ursula", "Vera",
)  # fmt: skip
MEN = (
    "Adam", "Ahmed", "Anton", "Bernd", "Carlos", "David", "Emil", "Erik", "Frank", "George", "Hans", "Ivan", "Jan", "John", "Karl",
    "Luis", "Marco", "Martin", "Nils", "Oskar", "Paul", "Peter", "Rafael", "Robert", "Samir", "Stefan", "Thomas", "Victor",
)  # fmt: skip
CHINESE_WOMEN, CHINESE_MEN = ("秀英", "桂英", "美玲", "丽华", "淑芬", "玉兰"), ("建国", "志强", "明华", "国栋", "永福", "文斌")


def full_name(rng: random.Random, *, female: bool) -> str:
    """ "Family, Given", drawn at random."""
    family = rng.choice(FAMILY)
    if not family.isascii():
        return f"{family}, {rng.choice(CHINESE_WOMEN if female else CHINESE_MEN)}"
    return f"{family}, {rng.choice(WOMEN if female else MEN)}"


def make_sites(session: Session) -> list[Site]:
    """The two demonstration sites, marked synthetic."""
    sites = [Site(code=code, name=name, synthetic=True, created_at=now()) for code, name in SITES]
    session.add_all(sites)
    session.flush()
    return sites


def make_accounts(session: Session, sites: list[Site]) -> dict[str, User]:
    """The demonstration accounts; each holds its role at the demonstration sites only, the administrator's too."""
    hashed = hash_password(PASSWORD)
    users = {login: User(login=login, name=_NAMES[login], password_hash=hashed, created_at=now()) for login, _, _ in ACCOUNTS}
    session.add_all(users.values())
    session.flush()
    for login, _, role in ACCOUNTS:
        granted = _ROLES.get(role) or Role(role)
        session.add_all(RoleGrant(user_id=users[login].id or 0, role=granted, site_id=site.id, granted_at=now()) for site in sites)
    session.flush()
    return users
