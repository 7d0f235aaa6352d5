"""Every string that people may read, found by walking the source (Babel's own reader does not look into f-strings).

`python -m tests.messages` adds what is missing to the Chinese catalogue as empty entries and drops what is no longer used.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from core.workflow.programmes import cards

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "pages" / "ui" / "locale" / "zh_CN" / "LC_MESSAGES" / "firstlight.po"
COMMAND_LINE = ("core/launch.py", "core/demo.py", "core/setup.py", "core/intake.py", "core/roster/__main__.py")
"""What a terminal says is English."""
SAYS = ("_", "N_", "say", "n_", "Sentence", "Rejected", "NotAllowed", "Conflict", "Retryable", "Gap")


def messages() -> dict[str, str]:
    """Each message with the first place where it stands; of a plural pair the singular."""
    found: dict[str, str] = {}
    for path in sorted([ROOT / "app.py", *(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]):
        place = path.relative_to(ROOT).as_posix()
        if place not in COMMAND_LINE:
            for line, message in said_in(path.read_text("utf-8")):
                found.setdefault(message, f"{place}:{line}")
    for name in _of_cards():
        found.setdefault(name, "core/workflow/cards")
    return {message: place for message, place in found.items() if any(letter.isalpha() for letter in _without_fields(message))}


def said_in(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every literal that is marked for translation or begins a sentence or an error."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in SAYS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
                yield node.lineno, first.value


def translated() -> dict[str, str]:
    """The Chinese catalogue."""
    with CATALOGUE.open("rb") as file:
        return {_key(message): _text(message) for message in read_po(file) if message.id}


def update() -> int:
    """Bring the catalogue file up to date with the source; how many entries are still empty."""
    known = translated() if CATALOGUE.is_file() else {}
    catalogue = Catalog(locale="zh_CN", project="Firstlight", version="1", charset="utf-8", fuzzy=False)
    for message, place in sorted(messages().items(), key=lambda pair: (pair[1].split(":")[0], int(pair[1].partition(":")[2] or 0))):
        catalogue.add(message, known.get(message, ""), locations=[(place.partition(":")[0], 0)])
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=0, include_lineno=False, omit_header=False)
    return sum(not known.get(message) for message in messages())


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


def _of_cards() -> Iterator[str]:
    for card in cards().values():
        yield card.name
        yield from (category.name for category in card.categories)


def _without_fields(message: str) -> str:
    return "".join(part.partition("}")[2] if "}" in part else part for part in message.split("{"))


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _text(message: Message) -> str:
    return message.string if isinstance(message.string, str) else message.string[0]


if __name__ == "__main__":
    raise SystemExit(1 if update() else 0)
