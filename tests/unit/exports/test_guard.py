"""The formula guard."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalcore.exports import guard, unguard

STARTS = "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20'"
UNSEEN = " \u00a0\u2003\u3000\ufeff\u200b\u200c\u200d\u2060\u00ad\x0b\x0c\x1f\u2028"


@pytest.mark.parametrize("start", list(STARTS))
@pytest.mark.parametrize("before", ["", " ", "   ", "\ufeff", "\u200b", "\ufeff \u200b\u00a0"])
def test_what_could_be_a_formula_gets_an_apostrophe(before: str, start: str) -> None:
    """Each start is found at the beginning and after blanks, byte order marks and zero-width characters."""
    text = f"{before}{start}cmd|' /C calc'!A0"
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", " ", "ada", "7-1", "a=1", "o-1", "é+1", "[x]", "  ada", "\u200b", "100%", "/x", "#1"]
)
def test_all_other_texts_stay_as_they_are(text: str) -> None:
    """A text that no spreadsheet runs is written as it is."""
    assert guard(text) == text


def test_no_text_ever_gets_a_tab() -> None:
    """What stands before a guarded text is an apostrophe, never a TAB."""
    assert guard("=1")[0] == "'"


@given(st.text(max_size=12) | st.text(st.sampled_from(STARTS + UNSEEN + "a1"), max_size=8))
def test_every_text_comes_back(text: str) -> None:
    """Reading back what the guard wrote gives the text."""
    assert unguard(guard(text)) == text


@given(st.text(st.sampled_from(STARTS + UNSEEN + "a1"), max_size=8) | st.text(max_size=12))
def test_every_text_is_inert(text: str) -> None:
    """The first character that can be seen is none that starts a formula, unless an apostrophe stands before all."""
    written = guard(text)
    seen = [
        each for each in written if each in STARTS or unicodedata.category(each) not in {"Zs", "Zl", "Zp", "Cf", "Cc"}
    ]
    assert not seen or seen[0] not in STARTS or written.startswith("'")


@given(st.text(max_size=8), st.text(max_size=8))
def test_two_texts_stay_two(one: str, other: str) -> None:
    """Different texts are written differently."""
    assert (guard(one) == guard(other)) == (one == other)
