"""Who may come in, with which role, at which site."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from db.enums import Role
from db.types import UtcDateTime


class Site(SQLModel, table=True):
    """A screening site. Everything at a synthetic site is made up and is marked so wherever it is shown."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=32)
    name: str = Field(max_length=200)
    synthetic: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)


class User(SQLModel, table=True):
    """A person with a local account; `active` false keeps the row for history and refuses sign-in."""

    __tablename__ = "app_user"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=200)
    password_hash: str
    language: str = Field(default="en", max_length=8)
    active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)


class RoleGrant(SQLModel, table=True):
    """A role at one site, or at every site where `site_id` is empty. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    role: Role
    site_id: int | None = Field(default=None, foreign_key="site.id")
    granted_by: int | None = Field(default=None, foreign_key="app_user.id")
    granted_at: datetime = Field(sa_type=UtcDateTime)


class RoleGrantEnd(SQLModel, table=True):
    """The end of a grant. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    grant_id: int = Field(foreign_key="rolegrant.id", unique=True)
    ended_by: int | None = Field(default=None, foreign_key="app_user.id")
    ended_at: datetime = Field(sa_type=UtcDateTime)


class SignInSession(SQLModel, table=True):
    """A browser that is signed in; only the SHA-256 of its token is kept."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInEvent(SQLModel, table=True):
    """One attempt to sign in. Append-only."""

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(max_length=64, index=True)
    user_id: int | None = Field(default=None, foreign_key="app_user.id")
    succeeded: bool
    at: datetime = Field(sa_type=UtcDateTime)
