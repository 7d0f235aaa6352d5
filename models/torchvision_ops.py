"""Import this before timm: it makes `import torchvision` work beside a CPU build of torch.

The torchvision wheel on the package index is built against CUDA. Beside a CPU-only torch its compiled operators cannot load, and
the import then fails while describing two operators that were never declared. Declaring them is enough: no network here calls them,
and torchvision itself refuses to run them. Where the compiled operators load, nothing is changed.
"""

from __future__ import annotations

import importlib
import importlib.util

import torch

OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_declared: list[torch.library.Library] = []  # a Library undeclares its operators when it is collected


def install() -> str:
    """Import torchvision, declaring its operators first where they are missing: "native", "declared" or "absent".

    Raises RuntimeError when torchvision cannot be imported for another reason.
    """
    if importlib.util.find_spec("torchvision") is None:
        return "absent"
    if not _declared:
        try:
            importlib.import_module("torchvision")
            return "native"
        except RuntimeError as problem:
            if "operator torchvision::nms does not exist" not in str(problem):
                raise
            _declare()
    importlib.import_module("torchvision")
    return "declared"


def _declare() -> None:
    library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for signature in OPERATORS:
        library.define(signature)  # type: ignore[no-untyped-call]
    _declared.append(library)


STATUS = install()
