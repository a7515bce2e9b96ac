"""Segments through the facade: said in three ways, listed in order, and kept apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import CUSTOMERS
from loyalcore.domain.programs import Program
from loyalcore.domain.segments import RemoveSegment, SaveSegment
from loyalcore.errors import InvalidInput, InvalidQuery, LoyaltyError, NotFound, StoreUnavailable, VersionConflict
from loyalcore.query import Condition, Query, from_document, parse, to_document
from loyalcore.services import Loyalty
from loyalcore.testing import FixedClock, example

BEANS = Program("beans", currency="EUR", timezone="UTC")
WHERE = "customer_id:(ada,bob)"


def condition() -> Condition:
    """Give a condition over customers."""
    return parse(WHERE, CUSTOMERS).where


@pytest.mark.parametrize(
    "where",
    [WHERE, condition(), to_document(Query(CUSTOMERS, condition()))],
    ids=["search string", "condition", "document"],
)
def test_a_condition_is_said_in_three_ways(where: Any) -> None:
    """A search string, a condition and a document make the same segment."""
    shop = example()
    shop.segments.save("friends", "Friends", WHERE)
    assert shop.segments.save("friends", "Friends", where).replayed


@pytest.mark.parametrize(
    ("where", "error"),
    [
        (None, InvalidInput),
        (5, InvalidInput),
        ("customer_id:ada sort:customer_id", InvalidInput),
        ("town:Paris", InvalidQuery),
        ("", InvalidInput),
        (" \n", InvalidInput),
        ({"version": 1, "noun": "entry"}, InvalidInput),
    ],
)
def test_what_is_no_condition_of_customers_is_refused(where: Any, error: type[Exception]) -> None:
    """What is no condition of customers saves nothing."""
    shop = example()
    with pytest.raises(error):
        shop.segments.save("friends", "Friends", where)
    assert shop.segments.all() == ()


def test_a_segment_is_given_as_it_was_saved() -> None:
    """A segment comes back with its title, its condition and its instants."""
    clock = FixedClock("2026-01-31T12:00:00Z")
    shop = example(clock=clock)
    shop.segments.save("friends", "Friends", WHERE)
    clock.move(days=1)
    saved = shop.segments.save("friends", "Old friends", WHERE, version=1).segment
    found = shop.segments.get("friends")
    assert found == saved
    assert (found.title, found.version) == ("Old friends", 2)
    assert (found.updated_at - found.created_at).days == 1
    assert str(from_document(json.loads(found.condition), CUSTOMERS)) == WHERE


def test_what_was_not_saved_is_not_found() -> None:
    """An id that was not saved leads nowhere."""
    with pytest.raises(NotFound) as caught:
        example().segments.get("friends")
    assert (caught.value.kind, caught.value.name) == ("segment", "friends")


def test_segments_are_listed_in_the_order_of_their_ids() -> None:
    """All segments come in the order of the ids, compared exactly."""
    shop = example()
    for name in ("b", "a", "B", "é", "a "):
        shop.segments.save(name, name.upper(), WHERE)
    assert [segment.segment_id for segment in shop.segments.all()] == ["B", "a", "a ", "b", "é"]


def test_environments_keep_their_own_segments() -> None:
    """A segment of the sandbox is none of the live environment."""
    store = MemoryStore()
    live = Loyalty(store, [BEANS], actor="office")
    sandbox = Loyalty(store, [BEANS], environment="sandbox", actor="office")
    live.segments.save("friends", "Friends", WHERE)
    assert sandbox.segments.all() == ()
    assert not sandbox.segments.save("friends", "Friends", WHERE).replayed


def test_what_was_removed_is_gone() -> None:
    """A removed segment is not found and not listed, and its id is free for another."""
    shop = example()
    for name in ("friends", "others"):
        shop.segments.save(name, name, WHERE)
    kept = shop.segments.get("friends")
    assert shop.segments.remove("friends", version=1).segment == kept
    with pytest.raises(NotFound):
        shop.segments.get("friends")
    assert [segment.segment_id for segment in shop.segments.all()] == ["others"]
    anew = shop.segments.save("friends", "New friends", WHERE)
    assert anew.segment is not None
    assert (anew.segment.version, anew.replayed) == (1, False)


def test_many_commands_see_what_is_removed() -> None:
    """Within one run a segment is saved, removed and saved again, and the last one stays."""
    shop = example()
    document = to_document(Query(CUSTOMERS, condition()))
    made, gone = SaveSegment("f", "Friends", document), RemoveSegment("f", version=1)
    done = shop.run_many([made, gone, gone, SaveSegment("f", "Others", document)], atomic=True)
    assert [outcome.receipt and outcome.receipt.replayed for outcome in done] == [False, False, True, False]
    assert [(segment.title, segment.version) for segment in shop.segments.all()] == [("Others", 1)]


def test_who_saves_says_who_acts() -> None:
    """Saving needs an actor, asking does not."""
    shop = Loyalty(MemoryStore(), [BEANS])
    with pytest.raises(InvalidInput) as caught:
        shop.segments.save("friends", "Friends", WHERE)
    assert caught.value.path == "actor"
    assert shop.segments.all() == ()


def test_a_preview_saves_nothing() -> None:
    """A preview shows the segment that would be saved."""
    shop = example()
    command = SaveSegment("friends", "Friends", to_document(Query(CUSTOMERS, condition())))
    shown = shop.preview(command).segment
    assert shown is not None
    assert shown.version == 1
    assert shop.segments.all() == ()


def test_many_saves_see_each_other() -> None:
    """Saves that run together follow each other, and a refused one among them undoes all where that is asked."""
    shop = example()
    document = to_document(Query(CUSTOMERS, condition()))
    first, second = SaveSegment("f", "Friends", document), SaveSegment("f", "Old friends", document, version=1)
    done = shop.run_many([first, second], atomic=True)
    made = [outcome.receipt.segment for outcome in done if outcome.receipt is not None]
    assert [segment and segment.version for segment in made] == [1, 2]
    refused = shop.run_many([SaveSegment("g", "G", document), first], atomic=True)
    assert [type(outcome.error) for outcome in refused] == [type(None), VersionConflict]
    assert [segment.segment_id for segment in shop.segments.all()] == ["f"]


def test_of_two_who_make_one_segment_the_second_is_told() -> None:
    """Who loses a race for a name is answered as if he had come later."""
    store = MemoryStore()
    shop = Loyalty(store, [BEANS], actor="office")
    late = Loyalty(_Overtaken(store, lambda: shop.segments.save("friends", "Friends", WHERE)), [BEANS], actor="office")
    with pytest.raises(VersionConflict) as caught:
        late.segments.save("friends", "Others", WHERE)
    assert (caught.value.found, caught.value.given) == (1, None)


class _Overtaken:
    """A store in which somebody else is faster once, between a unit's reading and its writing."""

    abilities: frozenset[str] = frozenset()

    def __init__(self, store: MemoryStore, act: Any) -> None:
        self._store = store
        self._act = act

    def unit(self, *, readonly: bool = False) -> Any:
        unit = self._store.unit(readonly=readonly)
        load, act = unit.load, self._act

        def overtaken(*args: Any, **named: Any) -> Any:
            found = load(*args, **named)
            self._act = lambda: None
            act()
            return found

        unit.load = overtaken  # type: ignore[method-assign]
        return unit


def test_a_closed_store_says_so() -> None:
    """A store that is closed is an error of the library, whatever is asked."""
    store = MemoryStore()
    shop = Loyalty(store, [BEANS], actor="office")
    store.close()
    for ask in (lambda: shop.segments.get("f"), shop.segments.all):
        with pytest.raises(StoreUnavailable):
            ask()
    with pytest.raises(LoyaltyError):
        shop.segments.save("f", "F", WHERE)


def test_a_segment_is_no_query() -> None:
    """Whoever gives a segment to a list is told where segments are listed."""
    shop: Any = example()
    shop.segments.save("rich", "Rich", "points:>=500")
    with pytest.raises(InvalidInput, match=r"list it by segments\.page"):
        shop.customers.page(shop.segments.get("rich"))
