"""A word to SQLite's planner, which keeps no statistics unless it is asked: not to begin a query at this column.

PostgreSQL plans by its own counts and sees the plain column.
"""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class aside(FunctionElement[int]):
    """The column itself; on SQLite with a unary plus, so that no index of it is used (sqlite.org/optoverview.html, 3)."""

    type = Integer()
    inherit_cache = True


@compiles(aside)  # type: ignore[no-untyped-call, untyped-decorator, unused-ignore]
def _plain(element: aside, compiler: SQLCompiler, **how: Any) -> str:
    return str(compiler.process(element.clauses, **how))


@compiles(aside, "sqlite")  # type: ignore[no-untyped-call, untyped-decorator, unused-ignore]
def _set_aside(element: aside, compiler: SQLCompiler, **how: Any) -> str:
    return f"+{compiler.process(element.clauses, **how)}"
