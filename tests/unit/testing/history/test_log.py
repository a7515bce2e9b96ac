from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Register
from loyalcore.domain.ledger import Spend
from loyalcore.errors import InvalidInput, LoyaltyError, NotFound, OutcomeUnknown
from loyalcore.testing.history import History, Log, Recorder, What
from tests.unit.testing.history._plant import BEANS

if TYPE_CHECKING:
    from pathlib import Path

    from loyalcore.store import Unit

REGISTER = {"command": {"command": "customers.register", "customer_id": "ada"}}


def test_a_log_is_read_as_it_was_written(tmp_path: Path) -> None:
    """The lines of a log come back as they were written, also while it is open."""
    with Log("w-1", tmp_path) as log:
        log.end(log.begin(REGISTER), What.OK, {"entries": [], "note": "größer\n"})
        log.begin(REGISTER)
        assert History.read(tmp_path).lines == tuple(log.lines)
    (done, open_one) = History.read(tmp_path).calls
    assert (done.what, open_one.what, done.command) == (What.OK, What.IN_DOUBT, Register("ada"))


def test_a_torn_last_line_was_not_written(tmp_path: Path) -> None:
    """A last line without its end counts as not written: the call before it is in doubt."""
    with Log("w-1", tmp_path) as log:
        log.end(log.begin(REGISTER), What.OK, {"entries": []})
    path = tmp_path / "w-1.jsonl"
    path.write_bytes(path.read_bytes()[:-3])
    assert [call.what for call in History.read(tmp_path).calls] == [What.IN_DOUBT]


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "{}", '{"worker": "w-1", "line": 2, "at": 1, "call": 1, "what": "ok"}', '{"worker": "w-1"}'],
)
def test_a_spoiled_line_is_refused(tmp_path: Path, text: str) -> None:
    """A line in the middle that is none, or that is not the next, is refused with its place."""
    (tmp_path / "w-1.jsonl").write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"w-1\.jsonl:1"):
        History.read(tmp_path)


def test_an_answer_needs_its_call() -> None:
    """An answer to a call that had not begun, or had ended, is refused."""
    log = Log("w-1")
    call = log.begin(REGISTER)
    log.end(call, What.OK, {"entries": []})
    log.end(call, What.OK, {"entries": []})
    with pytest.raises(InvalidInput, match="answers no open call"):
        _ = History(tuple(log.lines)).calls


def test_a_worker_has_one_log(tmp_path: Path) -> None:
    """A worker that is started again does not write into its old log."""
    Log("w-1", tmp_path).close()
    with pytest.raises(InvalidInput, match="there is a log of w-1 already"):
        Log("w-1", tmp_path)


class Failing:
    """A store whose units cannot be opened."""

    abilities: frozenset[str] = frozenset()

    def __init__(self, error: Exception) -> None:
        self.error = error

    def unit(self, *, readonly: bool = False) -> Unit:
        """Fail."""
        raise self.error


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (OutcomeUnknown("the answer was lost"), What.IN_DOUBT),
        (NotFound("customer", "ada"), What.REFUSED),
        (KeyError("raw"), What.BROKEN),
    ],
)
def test_a_failure_is_written_down(error: Exception, what: What) -> None:
    """A lost answer is in doubt, any other error of the library refused, any other exception broken."""
    host = Recorder(Failing(error), [BEANS], Log("w-1"))
    assert host.run(Spend("ada", 1, key="s-1")) is error
    assert [line.what for line in host.log.lines] == [What.INVOKE, what]


def test_a_look_that_fails_is_not_written_down() -> None:
    """A look at a ledger that fails gives the error, and leaves no line."""
    host = Recorder(MemoryStore(), [BEANS], Log("w-1"))
    assert isinstance(host.read("nobody"), LoyaltyError)
    assert host.log.lines == []
