"""The shadow and the watch of a simulation: what was taken away is gone there too, and was there before."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.decision import ChangeSet, HolderRef, KeyRecord, Note, Put, Ref, Remove, Wipe
from loyalcore.domain.programs import Program
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import write
from loyalcore.testing.simulation._shadow import Shadow
from loyalcore.testing.simulation._watch import Violation, Watch

ADA, KEY = samples.customer(), samples.key()
HOLDER = HolderRef("live", "holder-1")
MADE = samples.put(ADA, None, KEY, samples.note())
GONE = ChangeSet(
    removes=(Remove(ADA.ref, 1),), wipes=(Wipe(KeyRecord, "live", "holder-1"), Wipe(Note, "live", "holder-1"))
)
REFS: list[Ref] = [ADA.ref, HOLDER, KEY.ref, samples.note().ref]


def test_what_was_taken_away_was_there_before() -> None:
    """A shadow shows each record as it stood after each commit: there, gone, and there again."""
    shadow = Shadow()
    again = attrs.evolve(ADA, holder_id="holder-2")
    for changes in (MADE, GONE, samples.put(again)):
        shadow.record(changes)
    assert [shadow.find(ref, 1) for ref in REFS] == [ADA, ADA, KEY, samples.note()]
    assert [shadow.find(ref, 2) for ref in REFS] == [None] * 4
    assert [shadow.find(ref) for ref in REFS] == [again, None, None, None]
    assert shadow.find(HolderRef("live", "holder-2")) == again
    assert shadow.find(HolderRef("sandbox", "holder-2")) is None
    assert shadow.records() == {again.ref: again}
    assert shadow.keys == {}


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A watch on a store in which a customer was made."""
    store = MemoryStore()
    found = Watch(store, Program("beans", currency="EUR", timezone="UTC"))
    write(store, MADE)
    found.committed(MADE, None)
    yield found
    store.close()


def test_what_goes_and_comes_anew_breaks_no_law(watch: Watch) -> None:
    """One change set takes away and writes anew under the same names, and the store holds what the shadow does."""
    anew = attrs.evolve(GONE, puts=(Put(samples.customer(holder_id="holder-2"), None),), inserts=(KEY,))
    for changes in (anew, samples.put(samples.customer(version=2, holder_id="holder-2"), 1)):
        write(watch._store, changes)
        watch.committed(changes, None)
        watch.look(changes)
    watch.look_at_everything()


def test_a_stale_removal_is_seen(watch: Watch) -> None:
    """A removal in another version than the last one breaks a law, and so does one of what is not there."""
    for ref, expected in ((ADA.ref, 2), (samples.customer("bob").ref, 1)):
        with pytest.raises(Violation, match="removed in a version it had not read"):
            watch.committed(ChangeSet(removes=(Remove(ref, expected),)), None)


def test_what_is_still_there_is_seen(watch: Watch) -> None:
    """A store that keeps what was taken away, loaded or streamed, breaks a law."""
    watch.committed(GONE, None)
    with pytest.raises(Violation, match="stored is"):
        watch.look(GONE)
    with pytest.raises(Violation, match="stored is"):
        watch.look_at_everything()
