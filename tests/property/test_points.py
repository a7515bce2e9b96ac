"""The laws of rounding, of showing points and of digests."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from loyalcore.values.digest import canonical, differing, digest, digests
from loyalcore.values.points import Rounding, round_points, show_points

fractions = st.fractions(min_value=-(10**18), max_value=10**18, max_denominator=10**6)
decimals = st.decimals(min_value=-(10**15), max_value=10**15, places=6)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.text(max_size=20))
payloads = st.dictionaries(st.text(max_size=5), st.recursive(scalars, lambda each: st.lists(each, max_size=3)))


@given(fractions)
def test_floor_half_up_and_ceil_stand_in_order(value: Fraction) -> None:
    """Floor and ceil enclose the value, and half_up is the nearer of the two."""
    floor, nearest, ceil = (round_points(value, mode) for mode in (Rounding.FLOOR, Rounding.HALF_UP, Rounding.CEIL))
    assert floor <= value <= ceil < floor + 2
    assert nearest in (floor, ceil)
    assert abs(nearest - value) <= Fraction(1, 2)


@given(fractions)
def test_taking_back_is_the_mirror_of_giving(value: Fraction) -> None:
    """Half_up of a negative value is the negative of half_up; floor and ceil mirror each other."""
    assert round_points(-value, Rounding.HALF_UP) == -round_points(value, Rounding.HALF_UP)
    assert round_points(-value, Rounding.FLOOR) == -round_points(value, Rounding.CEIL)


@given(st.integers(-(10**15), 10**15))
def test_a_tie_goes_away_from_zero(whole: int) -> None:
    """Half a point counts as one, in either direction."""
    tie = Fraction(2 * whole + 1, 2)
    assert round_points(tie, Rounding.HALF_UP) == (math.ceil(tie) if tie > 0 else math.floor(tie))


@given(decimals, st.sampled_from(list(Rounding)))
def test_a_decimal_rounds_as_its_fraction(value: Decimal, mode: Rounding) -> None:
    """How an exact number is held makes no difference."""
    assert round_points(value, mode) == round_points(Fraction(value), mode)


@given(st.integers(-(10**15), 10**15), st.integers(0, 4))
def test_shown_points_are_the_points(points: int, scale: int) -> None:
    """The shown text read as a number, times the scale, is the points."""
    assert Decimal(show_points(points, scale)).scaleb(scale) == points


@given(payloads)
def test_canonical_json_is_json(payload: dict[str, object]) -> None:
    """Any JSON reader reads the payload back, and whatever the order of its keys the text is one."""
    text = canonical(payload)
    assert json.loads(text) == payload
    assert canonical(dict(reversed(payload.items()))) == text


@given(st.lists(scalars, min_size=2, max_size=20))
def test_a_digest_does_not_hang_on_what_was_asked_before(values: list[object]) -> None:
    """Values have one digest exactly if they have one canonical text, however they were asked before."""
    for first in values:
        for second in values:
            assert (digest(first) == digest(second)) == (canonical(first) == canonical(second))


@given(payloads, payloads)
def test_exactly_the_fields_that_differ_are_named(first: dict[str, object], second: dict[str, object]) -> None:
    """A field is named exactly if only one payload has it, or both have it with another canonical text."""
    expected = {
        name
        for name in first.keys() | second.keys()
        if name not in first or name not in second or canonical(first[name]) != canonical(second[name])
    }
    assert set(differing(digests(first), digests(second))) == expected
