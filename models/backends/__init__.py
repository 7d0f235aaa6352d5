"""One way to run a network on whatever is there: CUDA, the CPU by OpenVINO, or the CPU by torch; the same answer within a tolerance."""

from models.backends.prepare import prepare
from models.backends.runner import Runner
from models.backends.tolerance import TOLERANCE, difference

__all__ = ["TOLERANCE", "Runner", "difference", "prepare"]
