"""The keys of a replay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loyalcore.replay._keys import KEY_MAX, KeyForms

programs = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True)
rules = st.text(st.sampled_from("a1:#é"), min_size=1, max_size=64)
orders = st.one_of(st.text(st.sampled_from("a1:#é"), min_size=1, max_size=12), st.text("o", min_size=180, max_size=255))


def keys(program: str, rule: str, order: str) -> list[str]:
    """Give the three keys of an order."""
    forms = KeyForms(program, [rule])
    return [forms.spend(order), forms.seen(order), forms.award(rule, order)]


@given(st.tuples(programs, rules, orders), st.tuples(programs, rules, orders))
def test_no_two_events_have_one_key(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    """Keys are equal where program, order and, for awards, rule are equal, and nowhere else."""
    for index, (mine, theirs) in enumerate(zip(keys(*one), keys(*other), strict=True)):
        names = (0, 1, 2) if index == 2 else (0, 2)
        assert (mine == theirs) == all(one[name] == other[name] for name in names)
        assert mine not in keys(*other)[:index] + keys(*other)[index + 1 :]


@given(programs, rules, orders)
def test_a_key_is_never_too_long(program: str, rule: str, order: str) -> None:
    """Every key is one to 255 printable characters, for the longest ids too."""
    for key in keys(program, rule, order):
        assert 0 < len(key) <= KEY_MAX
        assert key.isprintable()
