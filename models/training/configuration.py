"""The settings of a training: a TOML file, `--set key=value` over it, and a refusal by name of whatever is unknown or makes no sense."""

from __future__ import annotations

import dataclasses
import difflib
import json
import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from models.refusal import NoResult
from models.training.loop import Settings

RUN = "run"
AT_LEAST_ONE = frozenset({"epochs", "batch", "width"})
Values = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Configuration:
    """`run` for the loop, and one settings object per recipe."""

    run: Settings
    recipes: Mapping[str, Any]

    def plain(self) -> Values:
        """By section, in values that JSON and TOML know."""
        return json.loads(json.dumps({name: dataclasses.asdict(part) for name, part in ({RUN: self.run} | dict(self.recipes)).items()}))  # type: ignore[no-any-return]

    def toml(self) -> str:
        """Everything in force, as a file that `read` takes again; what is None is left out."""
        sections = (f"[{name}]\n{''.join(_lines(values))}" for name, values in self.plain().items())
        return "# The settings in force; give this file to --config to train the same way.\n" + "\n".join(sections)


def read(file: Path | None, overrides: Iterable[str], kinds: Mapping[str, type]) -> Configuration:
    """The defaults of `kinds` (section → frozen dataclass) with the file over them and `section.key=value` over both.

    Raises NoResult naming the key, the value met and what was expected.
    """
    kinds = {RUN: Settings} | dict(kinds)
    given: Values = {name: {} for name in kinds}
    for section, key, value in [*_from_file(file), *(_from_text(text) for text in overrides)]:
        given[_known(section, kinds, "section")][key] = value
    made = {name: _made(name, kind, given[name]) for name, kind in kinds.items()}
    return Configuration(made.pop(RUN), made)


def _from_file(file: Path | None) -> Iterator[tuple[str, str, Any]]:
    if file is None:
        return
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise NoResult(f"The configuration {file} cannot be read ({problem}). It has to be a TOML file.") from problem
    for section, values in content.items():
        if not isinstance(values, dict):
            raise NoResult(f"{section} stands outside of a section in {file.name}. Write it below [{RUN}] or a network's name.")
        yield from ((section, key, value) for key, value in values.items())


def _from_text(text: str) -> tuple[str, str, Any]:
    """`detect.epochs=4` → its parts; a value that is no TOML is a text."""
    path, equals, value = text.partition("=")
    section, dot, key = path.strip().partition(".")
    if not (equals and dot and key):
        raise NoResult(f"--set {text} is not understood. Expected: section.key=value, for example {RUN}.seed=7.")
    try:
        return section, key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return section, key, value.strip()


def _made(section: str, kind: type, values: Mapping[str, Any]) -> Any:
    defaults = {part.name: part.default for part in dataclasses.fields(kind)}
    for key, value in values.items():
        _known(key, defaults, f"setting in [{section}]")
        reason = _nonsense(key, value, defaults[key])
        if reason:
            raise NoResult(f"{section}.{key} = {value!r} makes no sense: {reason}.")
    try:
        return TypeAdapter(kind).validate_json(json.dumps(values), strict=True)
    except (ValidationError, TypeError) as problem:
        raise NoResult("; ".join(_reasons(section, problem))) from problem


def _reasons(section: str, problem: ValidationError | TypeError) -> Iterator[str]:
    if isinstance(problem, TypeError):
        yield f"[{section}] holds a value that is no number, text, yes or no, or list of them ({problem})."
        return
    for one in problem.errors():
        place = ".".join([section, *(str(part) for part in one["loc"])])
        yield f"{place} = {one['input']!r} makes no sense: {one['msg']}." if one["loc"] else f"[{section}] makes no sense: {one['msg']}."


def _nonsense(key: str, value: Any, default: Any) -> str | None:
    """Why a number cannot be meant; None where it can."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value):
        return "expected a finite number"
    if key in AT_LEAST_ONE and value < 1:
        return "expected at least 1"
    if value < 0 and isinstance(default, int | float) and default >= 0:
        return "expected no negative number"
    return None


def _known(name: str, among: Iterable[str], what: str) -> str:
    names: Sequence[str] = sorted(among)
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
    raise NoResult(f"{name} is no {what}. {hint}")


def _lines(values: Mapping[str, Any]) -> Iterator[str]:
    """JSON's numbers, texts, booleans and lists are TOML's too."""
    for key, value in values.items():
        if value is not None:
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
