"""Days and moments as whole numbers, computed by the database: days and seconds since 1 January 1970 UTC."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, cast, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class days(FunctionElement[int]):
    """A date as days."""

    type = BigInteger()
    inherit_cache = True


class seconds(FunctionElement[int]):
    """A moment as seconds, without its fraction."""

    type = BigInteger()
    inherit_cache = True


@compiles(days, "sqlite")
def _days_sqlite(element: Any, compiler: Any, **given: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **given)}) - 2440587.5 AS INTEGER)"


@compiles(days, "postgresql")
def _days_postgresql(element: Any, compiler: Any, **given: Any) -> str:
    return f"({compiler.process(element.clauses, **given)} - DATE '1970-01-01')"


@compiles(seconds, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **given: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **given)}) AS INTEGER)"


@compiles(seconds, "postgresql")
def _seconds_postgresql(element: Any, compiler: Any, **given: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **given)})) AS BIGINT)"


def as_text(column: Any) -> ColumnElement[str]:
    """An enumeration by its name, without a Python value for each row."""
    return cast(type_coerce(column, String), String)
