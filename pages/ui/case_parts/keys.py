"""The names under which the parts of the opinion form keep what was chosen, one set for each case."""

from core.workflow.reading import Case


def key(case: Case, name: str) -> str:
    return f"{name}-{case.exam_id}"
