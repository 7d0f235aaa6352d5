"""How many cases a CUSUM of yes/no events runs without a change before it gives a false alarm: exact, however rare the event.

The steps lie on a lattice (Reynolds MR, Stoumbos ZG. J Qual Technol 1999;31:87): one way by one unit, the other way by m units. Such a walk
passes every unit in the direction of its small step, so the expected times add up unit by unit and one pass gives the limit.
"""

import math
from functools import cache

FARTHEST = 2_000_000
"""Units; a limit that is not reached by then is no use to anyone."""


@cache
def limit_of_jumps(up: float, jump: int, run: float) -> int:
    """Smallest height (units) whose false alarms lie `run` cases apart; the sum jumps up by `jump` with chance `up`, else falls by 1."""
    passed, weighted = [0.0], [0.0]  # at each distance from the limit: log chance to fall so far, and the time that it takes
    for height in range(1, FARTHEST):
        far = height - 1 - jump
        back = math.exp(passed[height - 1] - passed[far]) if far >= 0 else 0.0
        took = (weighted[height - 1] - weighted[far]) * math.exp(-passed[far]) if far >= 0 else 0.0
        if (1 + up * took) / (up * (1 - back)) >= run:
            return height
        chance, time = (1 - up) / (1 - up * back), (1 + up * took) / (1 - up * back)
        weighted.append(weighted[-1] + math.exp(passed[-1]) * time)
        passed.append(passed[-1] + math.log(chance))
    raise ValueError(f"no limit below {FARTHEST} units keeps false alarms {run:g} cases apart; expected a rarer alarm or a larger change")


@cache
def limit_of_steps(up: float, fall: int, run: float) -> int:
    """The same when the sum climbs by 1 with chance `up`, else falls by `fall`."""
    times: list[float] = []  # expected cases from each height to the next
    window = total = 0.0
    for height in range(FARTHEST):
        time = (1 + (1 - up) * window) / up
        total += time
        if total >= run:
            return height + 1
        times.append(time)
        window += time - (times[height - fall] if height >= fall else 0.0)
    raise ValueError(f"no limit below {FARTHEST} units keeps false alarms {run:g} cases apart; expected a rarer alarm or a larger change")
