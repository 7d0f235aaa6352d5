"""Category of an airway nodule or a cyst after Lung-RADS v2022."""

from core.rules.lung_nodule import Gap, Nodule, Status
from core.rules.lung_rads_nodule import Verdict, steady
from core.rules.reason import N_, say


def airway(nodule: Nodule, status: Status) -> Verdict:
    """Subsegmental ones are benign; segmental or more proximal ones 4A when first seen, 4B when they persist.

    The table names the baseline only for 4A: a new one is taken as 4A too, and the reason says so.
    """
    name = nodule.name
    if nodule.airway is None:
        raise Gap(say("Nodule {name}: in an airway, but it is not stated whether subsegmental or more proximal", name=name))
    if nodule.airway == "subsegmental":
        if status in ("growing", "slow-growing"):
            raise Gap(say("Nodule {name}: the table does not name a growing subsegmental airway nodule", name=name))
        return Verdict("2", say("Nodule {name}: in a subsegmental airway", name=name))
    if status == "baseline":
        return Verdict("4A", say("Nodule {name}: in a segmental or more proximal airway at baseline", name=name))
    if status == "new":
        template = N_("Nodule {name}: new in a segmental or more proximal airway; the table names baseline only, 4A is assumed")
        return Verdict("4A", say(template, name=name))
    return Verdict("4B", say("Nodule {name}: in a segmental or more proximal airway and still there or growing", name=name))


def cyst(nodule: Nodule, status: Status) -> Verdict:
    """Thick-walled (2 mm or more) and multilocular cysts; a thin-walled one with a single chamber is not classified."""
    name, changes = nodule.name, nodule.cyst_changes
    if nodule.cyst_wall is None:
        raise Gap(say("Cyst {name}: it is not stated whether its wall is thick (2 mm or more) or thin", name=name))
    if "thicker wall" in changes:
        return Verdict("4B", say("Cyst {name}: growing wall thickness or nodularity", name=name))
    if "became multilocular" in changes:
        return Verdict("4A", say("Cyst {name}: became multilocular", name=name))
    if nodule.multilocular and changes:
        return Verdict("4B", say("Cyst {name}: multilocular, growing or with more loculation or opacity", name=name))
    if "larger" in changes and nodule.cyst_wall == "thick":
        return Verdict("3", say("Cyst {name}: thick-walled, its cystic part is growing", name=name))
    if changes:
        raise Gap(say("Cyst {name}: the table does not name this change of a cyst of this kind", name=name))
    if not nodule.multilocular and nodule.cyst_wall == "thin":
        return Verdict("1", say("Cyst {name}: thin-walled, one chamber: not classified by Lung-RADS (unverified)", name=name))
    if status in ("baseline", "new"):
        return Verdict("4A", say("Cyst {name}: thick-walled or multilocular", name=name))
    if status != "stable":
        raise Gap(say("Cyst {name}: it is growing, but it is not stated what grew: cavity, wall or chambers", name=name))
    return steady(nodule, "4A", "4A")
