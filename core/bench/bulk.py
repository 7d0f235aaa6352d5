"""Many rows into a table at the speed of the database's own way in."""

import io

import pandas as pd
from sqlmodel import Session

AT_ONCE = 200_000
NOTHING = "\\N"
"""How a missing value is written for PostgreSQL; an empty text is a text."""


def insert(session: Session, table: str, rows: pd.DataFrame) -> None:
    """Write the rows of a frame whose columns are named as those of the table; moments are texts in UTC, JSON is text."""
    connection = session.connection()
    driver = connection.connection.driver_connection
    assert driver is not None
    names = ", ".join(f'"{name}"' for name in rows.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(rows.columns))
        plain = rows.astype(object).where(rows.notna(), None)
        driver.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', plain.itertuples(index=False, name=None))
        return
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN WITH (FORMAT csv, NULL {NOTHING!r})') as copy:
        for start in range(0, len(rows), AT_ONCE):
            text = io.StringIO()
            rows.iloc[start : start + AT_ONCE].to_csv(text, index=False, header=False, na_rep=NOTHING)
            copy.write(text.getvalue())
    if "id" in rows:
        cursor = driver.cursor()
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), {int(rows.id.max())})")
