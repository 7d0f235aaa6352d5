"""The viewer's modules are put together as one: a name may stand only once, and every module that is asked for is there before."""

import re
from collections import Counter

from pages.ui.viewer import FOLDER, MODULES

TOP_LEVEL = re.compile(r"^(?:export )?(?:default )?(?:async )?(?:const|let|function\*?|class) (?:(\w+)|\[([^\]]+)\])", re.MULTILINE)
ASKED_FOR = re.compile(r'^import .* from "\./(\w+)\.js";$', re.MULTILINE)


def source(module: str) -> str:
    return (FOLDER / "js" / f"{module}.js").read_text("utf-8")


def test_no_name_stands_in_two_modules() -> None:
    names = Counter(
        name.strip() for module in MODULES for one, several in TOP_LEVEL.findall(source(module)) for name in (one or several).split(",")
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_every_module_comes_after_those_it_needs() -> None:
    for number, module in enumerate(MODULES):
        assert set(ASKED_FOR.findall(source(module))) <= set(MODULES[:number]), module


def test_no_script_is_left_out() -> None:
    assert {path.stem for path in (FOLDER / "js").glob("*.js")} == set(MODULES)
