"""The README's settings table says what the program does."""

import re
from pathlib import Path

from core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]


def test_the_settings_table_lists_every_setting_with_its_default() -> None:
    table = dict(re.findall(r"^\| `(FIRSTLIGHT_\w+)` \| `?(.*?)`? \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    expected = {f"FIRSTLIGHT_{name.upper()}": str(field.default) for name, field in Settings.model_fields.items()}
    assert table == expected


def test_the_pictures_in_the_readme_are_there() -> None:
    pictures = re.findall(r"!\[.*?\]\((docs/.*?)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(pictures) >= 4
    assert all((ROOT / picture).is_file() for picture in pictures)
