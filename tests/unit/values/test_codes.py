"""Share codes."""

from __future__ import annotations

import math

import pytest

from loyalcore.errors import InvalidInput
from loyalcore.values import codes
from loyalcore.values.codes import SHARE_ALPHABET, SHARE_LENGTH, Codes, SystemCodes, code_of, read_code


def test_the_alphabet_has_no_character_that_is_misread() -> None:
    """None of 0 O, 1 I L and U is in the alphabet, and each character is there once."""
    assert set(SHARE_ALPHABET).isdisjoint("0O1ILU")
    assert len(set(SHARE_ALPHABET)) == len(SHARE_ALPHABET) == 30


def test_a_share_code_has_at_least_49_bits() -> None:
    """The entropy of a share code is stated, and enough."""
    assert math.log2(len(SHARE_ALPHABET)) * SHARE_LENGTH >= 49


def test_share_codes_differ_and_are_read_back() -> None:
    """A new share code is what reading it gives, and no two of a thousand are the same."""
    share = SystemCodes().share_code
    made = {share() for _ in range(1000)}
    assert len(made) == 1000
    assert all(read_code(code, "code") == code for code in made)


def test_share_codes_use_the_whole_alphabet() -> None:
    """Each character of the alphabet comes up."""
    seen = set("".join(SystemCodes().share_code() for _ in range(2000)))
    assert seen == {*SHARE_ALPHABET, "-"}


def test_each_number_has_a_code_of_its_own() -> None:
    """Codes that are counted are read back, and differ."""
    made = [code_of(number) for number in range(1000)]
    assert len(set(made)) == 1000
    assert [read_code(code, "code") for code in made] == made


def test_system_codes_are_codes() -> None:
    """`SystemCodes` has the shape that a host's own codes need."""
    assert isinstance(SystemCodes(), Codes)


@pytest.mark.parametrize("text", ["ABCDE-23456", "abcde-23456", "abcde23456", "A-B-C-D-E-2-3-4-5-6", "-abCDE23456-"])
def test_case_and_dashes_make_no_difference(text: str) -> None:
    """A code is one code however it is typed."""
    assert read_code(text, "code") == "ABCDE-23456"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----",
        "ABCDE-2345",
        "ABCDE-234567",
        "ABCDE-2345O",
        "ABCDE-23451",
        "ABCDE 23456",
        " ABCDE-23456",
        "ABCDE-23456\n",
        "ABCDE–23456",
        "\u0410BCDE-23456",
        "ßBCDE-2345",
        pytest.param("A" * 1_000_000, id="a megabyte"),
        "-" * 64 + "ABCDE23456",
    ],
)
def test_foreign_characters_and_lengths_are_refused(text: str) -> None:
    """Blanks, misread characters, other alphabets and other lengths are refused; the message does not repeat them."""
    with pytest.raises(InvalidInput) as caught:
        read_code(text, "code")
    assert "ABCDE" not in str(caught.value)


@pytest.mark.parametrize("value", [None, 5, b"ABCDE23456"])
def test_only_a_text_is_a_code(value: object) -> None:
    """What is read is a `str`."""
    with pytest.raises(InvalidInput, match="must be a text"):
        read_code(value, "code")


def test_the_module_shows_what_it_exports() -> None:
    """`dir()` lists the public names."""
    assert dir(codes) == sorted(codes.__all__)
