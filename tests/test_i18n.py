"""Every string that people read exists in Chinese, its fields survive translation, and values are written as each language does."""

import string
from datetime import UTC, date, datetime

import pytest

from core.words import Sentence, say
from pages.ui import i18n
from tests.messages import messages, said_in, translated


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.use("en")


def fields(text: str) -> set[str | None]:
    return {name for _before, name, _format, _conversion in string.Formatter().parse(text) if name is not None}


def test_every_message_is_translated() -> None:
    known = translated()
    missing = {message: place for message, place in messages().items() if not known.get(message)}
    assert not missing, f"run `python -m tests.messages` and translate in firstlight.po: {missing}"


def test_nothing_is_kept_that_nobody_says() -> None:
    assert not set(translated()) - set(messages()), "run `python -m tests.messages`"


def test_translations_keep_the_fields() -> None:
    wrong = {message: text for message, text in translated().items() if text and fields(text) != fields(message)}
    assert not wrong


def test_a_message_inside_an_f_string_is_found() -> None:
    assert [text for _line, text in said_in('x = f\'{_("inside")} and {n_("one", "many", 2)}\'')] == ["inside", "one"]


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "Recall for assessment due 12 Nov 2026"), ("zh_CN", "召回进一步诊查，定于 2026年11月12日")]
)
def test_a_stored_sentence_is_shown_with_its_date(language: str, expected: str) -> None:
    stored = Sentence.from_json(say("Recall for assessment due {due}", due=date(2026, 11, 12)).to_json())
    i18n.use(language)
    assert i18n.show(stored) == expected


def test_a_sentence_within_a_sentence_is_translated_too() -> None:
    inner = say("{size:.1f} mm nodule, suspicion {suspicion:.2f}", size=23.41, suspicion=0.9)
    i18n.use("zh_CN")
    assert i18n.show(say("{first}, and {others} more marked", first=inner, others=2)) == "23.4 mm 结节，可疑度 0.90，另有 2 个标记"


def test_counts_choose_the_form() -> None:
    assert [i18n.days(n) for n in (0, 1, 3)] == ["today", "1 day", "3 days"]
    i18n.use("zh_CN")
    assert [i18n.days(n) for n in (0, 1, 3)] == ["今天", "1 天", "3 天"]


def test_numbers_and_moments() -> None:
    assert i18n.plain(1234567) == "1,234,567"
    assert i18n.plain(2.5) == "2.5"
    here = datetime(2026, 11, 12, 9, 5, tzinfo=UTC).astimezone()
    assert i18n.moment(here.astimezone(UTC)) == f"12 Nov 2026, {here:%H:%M}"


def test_a_name_with_braces_is_left_alone() -> None:
    assert i18n.show(say("With {name}", name="O{dd}")) == "With O{dd}"


def test_an_unknown_language_means_english() -> None:
    i18n.use("xx")
    assert i18n._("Sign in") == "Sign in"
