"""What a file must be to be kept as the report of a model: the form that `python -m models.evaluate … --out FILE` writes."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, NoReturn

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from core.errors import Rejected
from core.words import N_

MOST_BYTES = 5 * 2**20
MOST_POINTS = 2000
DEEPEST = 12
HASH = re.compile(r"[0-9a-f]{64}")
LIMITS = {"value", "low", "high"}

Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0)]
Volume = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0, le=10**9)]
Cell = str | int | float | bool | None


class _Part(BaseModel):
    """Numbers are finite and whole where they count; what a later version adds is kept."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False, frozen=True)


class Cases(_Part):
    """Which cases the figures come from: how many, and the hash of their labels."""

    cases: Count
    labels_sha256: str = Field(pattern=r"^([0-9a-f]{64})?$")


class Curves(_Part):
    """Points of the plots: false positive rate or false marks per scan, sensitivity and its limits; readers' and model's volume in mm³."""

    roc: list[tuple[Share, Share, Share, Share]] = Field(default=[], max_length=MOST_POINTS)
    roc_diameter: list[tuple[Share, Share, Share, Share]] = Field(default=[], max_length=MOST_POINTS)
    froc: list[tuple[Rate, Share, Share | None, Share | None]] = Field(default=[], max_length=MOST_POINTS)
    bland_altman: list[tuple[Volume, Volume]] = Field(default=[], max_length=MOST_POINTS)


class Bin(_Part):
    """One bin of a reliability table."""

    low: Share
    high: Share
    n: Count
    predicted: Share | None
    observed: Share | None


class Calibration(_Part):
    bins: list[Bin] = Field(default=[], max_length=100)


class Report(_Part):
    """What every report carries; its figures differ from task to task and are kept as they are."""

    form: Literal["firstlight-evaluation/1"] = Field(alias="schema")
    task: str = Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")
    model: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9._-]{1,32}$")
    weights_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    device: str = Field(max_length=200)
    made_at: AwareDatetime
    data: Cases
    curves: Curves = Curves()
    calibration: Calibration = Calibration()
    misses: list[dict[str, Cell]] = Field(default=[], max_length=MOST_POINTS)
    warnings: list[str] = Field(default=[], max_length=100)


def read(content: bytes) -> tuple[Report, dict[str, Any]]:
    """(the checked form, everything that the file says). Raises Rejected with the first thing that is wrong with it."""
    if len(content) > MOST_BYTES:
        size, most = f"{len(content) / 2**20:.1f}", MOST_BYTES // 2**20
        raise Rejected(N_("The file has {size} MB; a report has at most {most} MB"), size=size, most=most)
    try:
        said = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
        _require_plain(said)
        return Report.model_validate(said), said
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "report"
        text = N_("This is not a report of an evaluation: {field}: {problem}. Expected: a file that the command wrote with --out.")
        raise Rejected(text, field=where, problem=first["msg"]) from problem
    except (ValueError, RecursionError) as problem:
        text = N_("The file cannot be read as a report: {problem}. Expected: a file that the command wrote with --out.")
        raise Rejected(text, problem=str(problem)[:200]) from problem


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"it holds {constant} where a number is expected")


def _require_plain(said: Any) -> None:
    """ValueError for what neither a database nor a page takes: infinite numbers, broken characters, limits that do not hold their value."""
    for node, depth in _nodes(said, 0):
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} deep")
        if isinstance(node, str) and ("\x00" in node or any("\ud800" <= sign <= "\udfff" for sign in node)):
            raise ValueError("it holds characters that are no text")
        if isinstance(node, float) and not math.isfinite(node):
            raise ValueError("it holds a number without end")
        if isinstance(node, Mapping) and set(node) >= LIMITS:
            _require_limits(node)


def _require_limits(node: Mapping[str, Any]) -> None:
    three = [node["low"], node["value"], node["high"]]
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in three) or three != sorted(three):
        raise ValueError(f"the interval {three[0]} … {three[2]} does not hold its value {three[1]}")


def _nodes(node: Any, depth: int) -> Iterator[tuple[Any, int]]:
    """Every key and value of a JSON document with its depth; deeper than DEEPEST nothing is looked at any more."""
    yield node, depth
    if depth > DEEPEST:
        return
    below = [*node, *node.values()] if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for child in below:
        yield from _nodes(child, depth + 1)
