"""Drafts: records that are filled field by field."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest

from loyalcore.domain.customers import PointFigures
from loyalcore.domain.decision import LedgerRef
from loyalcore.values import drafts
from loyalcore.values.drafts import draft_of, evolved


def sealed() -> Any:
    """Figures that were a draft."""
    draft: Any = draft_of(PointFigures)()
    for field in attrs.fields(PointFigures):
        setattr(draft, field.name, 0)
    draft.active = 7
    draft.__class__ = PointFigures
    return draft


def test_a_sealed_draft_is_the_record_that_its_class_makes() -> None:
    """It has the class, the value, the hash and the repr of the record, and is copied and pickled as one."""
    made, record = sealed(), PointFigures(active=7)
    assert type(made) is PointFigures
    assert (made, hash(made), repr(made)) == (record, hash(record), repr(record))
    again = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own bytes
    assert again == copy.deepcopy(made) == attrs.evolve(made, active=7) == record


def test_a_sealed_draft_is_frozen() -> None:
    """No field of it can be set or taken away any more."""
    made = sealed()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.active = 8
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del made.active


@attrs.frozen
class _Checked:
    points: int = attrs.field(validator=attrs.validators.ge(0))


@attrs.frozen
class _Converted:
    points: int = attrs.field(converter=int)


@attrs.frozen
class _Counted:
    points: int
    double: int = attrs.field(init=False, default=0)


@attrs.frozen
class _Completed:
    points: int

    def __attrs_post_init__(self) -> None:
        """Do something more."""


@pytest.mark.parametrize("kind", [_Checked, _Converted, _Counted, _Completed, LedgerRef])
def test_a_kind_that_does_more_when_it_is_made_has_no_drafts(kind: type[Any]) -> None:
    """A check, a conversion, a field of its own, a last step and a kept hash would all be passed over."""
    with pytest.raises(TypeError, match=kind.__name__):
        draft_of(kind)


def test_a_record_evolves_as_by_attrs() -> None:
    """What is not named stays, the record itself too; what comes of it is frozen."""
    record = PointFigures(active=7, held=2)
    made = evolved(record, active=5)
    assert made == attrs.evolve(record, active=5)
    assert record == PointFigures(active=7, held=2)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.active = 8  # type: ignore[misc]


def test_a_record_does_not_evolve_in_what_it_has_not() -> None:
    """A field that there is none of is refused."""
    with pytest.raises(AttributeError, match="points"):
        evolved(PointFigures(), points=5)


def test_the_module_shows_its_public_names() -> None:
    """Only those that are public are shown."""
    assert dir(drafts) == ["draft_of", "evolved"]
