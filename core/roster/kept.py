"""The problems of a list, kept sealed beside it: they quote what stands in the list."""

import json
from collections.abc import Iterable

from core.objects import store
from core.roster.entry import Problem
from core.words import Sentence

MOST = 20_000  # problems of one list


def keep(list_id: str, problems: Iterable[Problem]) -> None:
    """Keep the problems of a list, in the order of their lines, replacing those of the time before."""
    rows = [[one.line, one.column, one.said.to_json(), one.doubt] for one in sorted(problems, key=lambda one: (one.line, one.column))]
    store().put_named(_name(list_id), json.dumps(rows[:MOST], ensure_ascii=False).encode())


def problems(list_id: str) -> tuple[Problem, ...]:
    """The problems that were found when the list was last looked through; none where nothing was kept."""
    content = store().get_named(_name(list_id))
    return tuple(_problem(*row) for row in json.loads(content)) if content else ()


def _problem(line: int, column: str, said: str, doubt: bool) -> Problem:
    return Problem(line, column, Sentence.from_json(said) or Sentence(""), doubt)


def _name(list_id: str) -> str:
    return f"lists/{list_id}/problems.json"
