"""The house keeps its storeys: imports point one way, every page guards itself, and nothing lies where Streamlit would run it bare."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("app", "core", "db", "models", "pages")

# Which of our packages a layer may import; the longest matching name of a layer counts.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "db": ("db",),
    "core": ("core", "db"),
    "core.rules": ("core.rules", "core.words"),
    "core.metrics": ("core.metrics", "core.words"),
    "models": ("models",),
    "models.evaluate": ("models", "core.metrics"),
    "models.evaluation": ("models", "core.metrics"),
    "models.reports": ("models", "core.metrics"),
    "models.score": ("models", "core"),
    "models.scoring": ("models", "core"),
    "models.bench": ("models", "core"),
    "models.worker": ("models", "core", "db"),
    "models.recording": ("models", "core", "db"),
    "pages": ("pages", "core", "db.engine", "db.enums"),
    "app": ("pages", "core"),
}

# Outside libraries that only some layers may know; everyone else asks that layer.
OWNED: dict[str, tuple[str, ...]] = {
    "pydicom": ("core",),
    "pynetdicom": ("core",),
    "highdicom": ("core",),
    "fpdf": ("core.exchange",),
    "fontTools": ("core.exchange",),
    "SimpleITK": ("core.imaging",),
    "python_calamine": ("core.roster",),
    "dbos": ("core", "models.worker"),
    "torch": ("models",),
    "openvino": ("models.backends",),
    "timm": ("models",),
    "streamlit": ("pages", "app"),
    "plotly": ("pages", "app"),
    "alembic": ("db",),
    "matplotlib": ("models",),
}


def python_files(*folders: str) -> list[Path]:
    found = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    return [file for file in found if "migrations" not in file.parts]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> list[str]:
    """Every module that a file imports, wherever in the file the import stands."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


SOURCES = [ROOT / "app.py", *python_files("core", "db", "models", "pages")]


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_point_one_way(path: Path) -> None:
    module = module_name(path)
    layer = max((layer for layer in MAY_IMPORT if within(module, layer)), key=len)
    wrong = [
        name
        for name in imported(path)
        if name.split(".")[0] in OURS and not any(within(name, allowed) or within(allowed, name) for allowed in MAY_IMPORT[layer])
    ]
    assert not wrong, f"{module} may import {', '.join(MAY_IMPORT[layer])}; it imports {', '.join(wrong)}"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_a_library_is_known_only_where_it_belongs(path: Path) -> None:
    module = module_name(path)
    for library, owners in OWNED.items():
        uses = [name for name in imported(path) if within(name, library)]
        assert not uses or any(within(module, owner) for owner in owners), f"{module} imports {library}; ask {', '.join(owners)} instead"


def test_nothing_lies_directly_in_pages() -> None:
    """Streamlit runs any `pages/x.py` on a deep link, without `app.py` and so without sign-in."""
    assert [path.name for path in (ROOT / "pages").glob("*.py")] == ["__init__.py"]


PAGES = [path for folder in ("coordinator", "doctor", "manager", "admin") for path in (ROOT / "pages" / folder).glob("*.py")]
PAGES = [path for path in PAGES if path.name != "__init__.py"]


@pytest.mark.parametrize("path", PAGES, ids=module_name)
def test_the_first_thing_a_page_does_is_to_ask_who_is_there(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    first = next(node for node in body if not isinstance(node, ast.Import | ast.ImportFrom) and not _is_docstring(node))
    call = first.value if isinstance(first, ast.Assign | ast.Expr) else None
    assert isinstance(call, ast.Call), f"{module_name(path)} must begin with require(...)"
    assert isinstance(call.func, ast.Name)
    assert call.func.id == "require"


def test_there_are_pages_for_every_role() -> None:
    assert {path.parent.name for path in PAGES} == {"coordinator", "doctor", "manager", "admin"}


def test_the_environment_is_read_in_one_place() -> None:
    tell_children = {"core.launch", "models", "pages.ui.bench.web"}  # set what children read; nothing is read there
    readers = {module_name(path) for path in SOURCES if _attributes(path) & {"os.getenv", "os.environ"}} - {"core.settings"} - tell_children
    assert not readers, f"{', '.join(sorted(readers))} read the environment; use core.settings"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _attributes(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    return {f"{node.value.id}.{node.attr}" for node in attributes if isinstance(node.value, ast.Name)}
