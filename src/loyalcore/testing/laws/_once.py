"""What counts once: a key, a fact, a preview not at all."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from loyalcore.domain.ledger import Award
from loyalcore.errors import IdempotencyConflict, LoyaltyError
from loyalcore.testing._play import Play, changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.programs import Program
    from loyalcore.testing._play import Step


def once(program: Program, steps: Sequence[Step]) -> None:
    """A command with its key counts once, now and at the end; a fact is paid once; another payload is refused."""
    play = Play(program)
    answers: list[tuple[Command, Receipt]] = []
    for step in steps:
        answer = play.run(step)
        if answer is None or isinstance(answer, LoyaltyError):
            continue
        command = play.done[-1]
        if command.name != "points.sweep":
            _check_repeated(play, command, answer)
            answers.append((command, answer))
    dump = play.dump()
    for command, answer in answers:
        _check_same(play, command, answer)
    assert play.dump() == dump, "a repetition at the end wrote something"
    paid = Counter(
        (answer.entries[0].ledger.holder_id, command.rule, command.source_id)
        for command, answer in answers
        if isinstance(command, Award) and command.rule is not None and not answer.replayed
    )
    assert not [fact for fact, times in paid.items() if times > 1], f"paid more than once: {paid}"


def _check_repeated(play: Play, command: Command, answer: Receipt) -> None:
    dump = play.dump()
    _check_same(play, command, answer)
    if not answer.replayed and command.name.startswith("points."):
        # But for an award that its fact has answered: that does not use up its key.
        _check_other_payload(play, command)
    assert play.dump() == dump, f"a repetition wrote something: {command}"


def _check_same(play: Play, command: Command, answer: Receipt) -> None:
    again = play.shop.run(command)
    assert again.replayed, f"done twice: {command}"
    if command.name.startswith("points.") and not answer.replayed:
        assert again.entries == answer.entries, f"answered otherwise: {command}"


def _check_other_payload(play: Play, command: Command) -> None:
    refused: LoyaltyError | None = None
    try:
        play.shop.run(changed(command, occurred_at=play.clock.now()))
    except LoyaltyError as error:
        refused = error
    assert isinstance(refused, IdempotencyConflict), f"a key was taken with another payload ({refused!r}): {command}"
    assert refused.fields == ("occurred_at",), str(refused)


def preview(program: Program, steps: Sequence[Step]) -> None:
    """What is previewed is what is done, and a preview writes nothing."""
    play = Play(program)
    for step in steps:
        play.pass_time(step)
        command = play.command(step)
        if command is None:
            continue
        dump = play.dump()
        shown: Any
        try:
            shown = play.shop.preview(command)
        except LoyaltyError as error:
            shown = error
        assert play.dump() == dump, "a preview wrote something"
        answer = play.give(command)
        if isinstance(answer, LoyaltyError):
            assert isinstance(shown, LoyaltyError), f"previewed {shown}, refused with {answer}"
            assert (shown.code, shown.details) == (answer.code, answer.details)
        else:
            assert shown == answer
