"""Writes measured figures into a card's TOML and the whole report beside it, so that no figure is ever typed by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from models import cards
from models.cards import Card
from models.refusal import NoResult

BEGIN = "# --- figures of {task}: written by `python -m models.evaluate {task} --write-card`, do not edit ---\n"
REPORTS = "reports"
"""The folder beside the cards with one whole report per card and task, for the page of the models."""
LEFT_OUT = ("schema", "curves")
END = "# --- end of figures of {task} ---\n"


def write(name: str, task: str, report: Mapping[str, Any], folder: Path = cards.CARDS) -> None:
    """Put the scalar figures of `report` (numbers, intervals, short texts; no lists of cases) under `[figures.<task>]`.

    The report itself goes to `reports/<name>.<task>.json`. Raises NoResult when there is no such card.
    """
    path = folder / f"{name}.toml"
    if not path.is_file():
        raise NoResult(f"No model card called {path.name} is installed, so the figures have nowhere to go.")
    begin, end = BEGIN.format(task=task), END.format(task=task)
    figures = {key: value for key, value in report.items() if key not in LEFT_OUT}
    block = begin + "".join(f"{line}\n" for line in _table(f"figures.{task}", figures)) + end
    text = path.read_text("utf-8")
    old = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    path.write_text(old.sub(lambda _: block, text) if old.search(text) else f"{text.rstrip()}\n\n{block}", "utf-8")
    (folder / REPORTS).mkdir(exist_ok=True)
    kept = json.dumps(report, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    (folder / REPORTS / f"{name}.{task}.json").write_text(kept + "\n", "utf-8")


def shipped(card: Card, folder: Path = cards.CARDS) -> tuple[bytes, ...]:
    """The whole reports that came with `card`, as written; one that cannot be read is among them, to be named."""
    found = (path.read_bytes() for path in sorted((folder / REPORTS).glob("*.json")))
    return tuple(content for content in found if _identity(content) in (card.identity, None))


def _identity(content: bytes) -> str | None:
    """The model that a report says it is of."""
    try:
        said = json.loads(content)
    except ValueError:
        return None
    return said.get("model") if isinstance(said, dict) else None


def _table(header: str, node: Mapping[str, Any]) -> Iterator[str]:
    """The lines of one TOML table and, after them, of the tables below it; JSON numbers, booleans and strings are TOML too."""
    yield f"[{header}]"
    for key, value in node.items():
        if isinstance(value, int | float | str | bool) or _short_numbers(value):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _table(f"{header}.{_key(key)}", value)


def _short_numbers(value: object) -> bool:
    return isinstance(value, list | tuple) and 0 < len(value) <= 12 and all(isinstance(part, int | float) for part in value)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return json.dumps([round(part, 5) for part in value])
    return json.dumps(round(value, 5) if isinstance(value, float) else value, ensure_ascii=False)


def _key(key: object) -> str:
    return str(key) if re.fullmatch(r"[A-Za-z0-9_-]+", str(key)) else json.dumps(str(key), ensure_ascii=False)
