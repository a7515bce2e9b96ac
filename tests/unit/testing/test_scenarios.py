"""The scenario runner: what it reads, what it refuses, and what it reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.services import Points
from loyalcore.testing import example
from loyalcore.testing.scenarios import Scenario, Step, run
from loyalcore.testing.scenarios._doors import DOORS
from tests.unit.testing._scenario import ADA, ASK, AWARD, BEANS, document, told

if TYPE_CHECKING:
    pass


def test_a_program_and_steps_are_enough() -> None:
    """A file needs no version, title or ids of its own; `id` names one published case."""
    scenario = Scenario.from_document({"id": "L01", "program": BEANS, "steps": [ADA, AWARD]})
    assert (scenario.ids, run(scenario)) == (("L01",), None)


# What is answered -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ({"active": 50}, None),
        ({"active": 51}, "active: expected 51, actual 50"),
        ({"active": True}, "active: expected true, actual 50"),
        ({"active": "50"}, 'active: expected "50", actual 50'),
        ({"activ": 50}, "activ: expected 50, actual no such name; did you mean active?"),
        ({"x": 50}, "x: expected 50, actual no such name among at, active"),
        ({"active.points": 50}, "active.points: expected 50, actual nothing under that name in 50"),
        ({"active[0]": 50}, "active[0]: expected 50, actual no list, but 50"),
        ({"at": "2026-01-01T13:00:00+01:00"}, None),
        ({"at": "2026-01-01T13:00:00Z"}, 'at: expected "2026-01-01T13:00:00Z", actual "2026-01-01T12:00:00Z"'),
        ({"at": "noon"}, 'at: expected "noon", actual "2026-01-01T12:00:00Z"'),
        ({"at": None}, 'at: expected null, actual "2026-01-01T12:00:00Z"'),
        ([50], "answer: expected [50], actual {"),
        (50, "answer: expected 50, actual {"),
    ],
)
def test_an_expectation_is_partial_and_exact(expect: Any, said: str | None) -> None:
    """What is named must be equal and of the same type, what is not named may be anything; each difference is shown."""
    lines = told(ADA, AWARD, {**ASK, "expect": expect})
    if said is None:
        assert lines == []
    else:
        assert lines[0] == "step 3, points.balance at 2026-01-01T12:00:00Z"
        assert lines[1].strip().startswith(said)


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ({"points": 50, "replayed": False, "entries[0].kind": "award", "entries[0].lots[0].points": 50}, None),
        ({"entries": [{"kind": "award", "lots": [{"lot": 1}]}]}, None),
        ({"entries": []}, 'entries: expected 0 items, actual 1 item: [{"ledger"'),
        ({"entries": [{}, {}]}, "entries: expected 2 items, actual 1 item"),
        ({"entries": [{"kind": "spend"}]}, 'entries[0].kind: expected "spend", actual "award"'),
        ({"entries[1].kind": "award"}, 'entries[1].kind: expected "award", actual a list of 1'),
        ({"entries": "none"}, 'entries: expected "none", actual [{'),
        ({"hold.id": "h-1"}, 'hold.id: expected "h-1", actual no hold made by'),
        ({"entries[0].settled": [], "entries[0].draws": []}, None),
    ],
)
def test_a_receipt_is_matched_by_fields_and_properties(expect: Any, said: str | None) -> None:
    """A receipt shows its fields and properties; an object in a list is matched in part, a list in full."""
    lines = told(ADA, {**AWARD, "expect": expect})
    assert lines == [] if said is None else lines[1].strip().startswith(said)


def test_names_of_the_files_own_are_names_in_an_answer() -> None:
    """What has keys of the file's own, such as lines that are digits and rules with dots, is matched by them."""
    program = {**BEANS, "earning": [{"id": "rule.1", "points": 1, "per": 10}, {"id": "2nd", "points": 1, "per": 5}]}
    quote = {"ask": "earning.quote", "with": {"total": "10"}}
    assert told({**quote, "expect": {"rules": {"rule.1": 1, "2nd": 2}}}, program=program) == []
    missing = told({**quote, "expect": {"rules": {"3rd": 1}}}, program=program)
    assert missing[1].startswith("  rules.3rd: expected 1, actual no such name")


def test_every_difference_of_the_first_step_that_differs_is_told() -> None:
    """All differences of one step are told, and no later step is run."""
    lines = told(ADA, {**ASK, "expect": {"active": 1, "held": 2, "spent": 0}}, {**ASK, "expect": {"active": 3}})
    assert [line.strip() for line in lines] == [
        "step 2, points.balance at 2026-01-01T00:00:00Z",
        "active: expected 1, actual 0",
        "held: expected 2, actual 0",
    ]


def test_lists_of_named_tuples_match_by_name_or_in_order() -> None:
    """A draw is matched by its names or as a list of its values."""
    spend = {"do": "points.spend", "with": {"customer_id": "ada", "points": 5, "key": "s-1"}}
    assert (
        told(ADA, AWARD, {**spend, "expect": {"entries[0].draws": [{"points": 5}], "entries[0].draws[0]": [1, 5]}})
        == []
    )


# What is refused ------------------------------------------------------------------------------------------------------

SPEND = {"do": "points.spend", "with": {"customer_id": "ada", "points": 60, "key": "s-1"}}


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ("insufficient_points", None),
        ({"code": "insufficient_points", "details": {"requested": 60, "at": "2026-01-01T12:00:00Z"}}, None),
        (
            {"code": "insufficient_points", "details": {"available": 9}},
            "refused.details.available: expected 9, actual 50",
        ),
        (
            {"code": "insufficient_points", "details": {"points": 9}},
            "refused.details.points: expected 9, actual no such",
        ),
        (
            "not_found",
            "answer: expected refused not_found, actual refused insufficient_points: 60 points were asked for",
        ),
    ],
)
def test_a_refusal_is_matched_by_its_code_and_details(refused: Any, said: str | None) -> None:
    """A refusal must have the code, and the details that are named."""
    lines = told(ADA, AWARD, {**SPEND, "refused": refused})
    assert lines == [] if said is None else lines[1].strip().startswith(said)


def test_a_refusal_that_does_not_come_is_a_difference() -> None:
    """A step that should be refused and is not differs, with what was answered instead."""
    lines = told({**ADA, "refused": "not_found"})
    assert lines[1].strip().startswith('answer: expected refused not_found, actual {"command": "customers.register"')


def test_a_refusal_that_was_not_expected_is_a_difference() -> None:
    """An error where an answer is expected differs, with its code and message."""
    lines = told({**ASK, "expect": {"active": 0}})
    assert lines[1].strip().startswith('answer: expected {"active": 0}, actual refused not_found: no customer')
    assert "expected an answer, actual refused not_found" in told(SPEND)[1]


def test_a_value_of_another_type_is_refused_as_the_facade_refuses_it() -> None:
    """A value is not converted: points as text, money as text where points are meant, dates that are none."""
    for changes in ({"points": "50"}, {"points": 1.5}, {"expires_at": "tomorrow"}, {"expires_on": 7}, {"note": 7}):
        assert told(ADA, {**AWARD, "with": {**AWARD["with"], **changes}, "refused": "invalid_input"}) == []


def test_an_unexpected_error_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the library is reported as a difference, never as a traceback."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(Points, "balance", fail)
    assert told(ADA, {**ASK, "expect": {}})[1].strip() == (
        "answer: expected {}, actual the unexpected error ZeroDivisionError: by zero"
    )


# Clock, actor, saved values -------------------------------------------------------------------------------------------


def test_the_clock_stays_until_a_step_puts_it() -> None:
    """The clock stands at the beginning of 2026 until a step puts it, also back."""
    at = [{**ASK, "expect": {"at": each}} for each in ("2026-01-01T00:00:00Z", "2025-05-01T00:00:00Z")]
    assert told(ADA, at[0], {**at[1], "at": "2025-05-01T02:00:00+02:00"}, at[1]) == []


def test_who_acts_stands_in_the_entry() -> None:
    """The actor is `scenario` where a step names none."""
    other = {**AWARD, "actor": "checkout", "with": {**AWARD["with"], "key": "w-2"}}
    assert told(ADA, {**AWARD, "expect": {"entries[0].actor": "scenario"}}) == []
    assert told(ADA, {**other, "expect": {"entries[0].actor": "checkout"}}) == []


def test_a_saved_value_stands_for_its_name() -> None:
    """A value that a step saved is used by later ones, in lists too; two dollar signs stand for one."""
    take = {"customer_id": "ada", "entry_id": "$award", "key": "v-1", "reason": "$$"}
    assert (
        told(
            ADA,
            {**AWARD, "save": {"award": "entries[0].id", "points": "points"}},
            {"do": "points.reverse", "with": take, "expect": {"entries[0].reason": "$$", "points": 50}},
            {**AWARD, "with": {**AWARD["with"], "points": "$points", "key": "w-2"}, "expect": {"points": 50}},
            {
                "do": "points.extend",
                "with": {"customer_id": "ada", "expiry": "1M", "entry_ids": ["$award"], "reason": "gift", "key": "x"},
            },
        )
        == []
    )


def test_a_saved_value_may_be_expected() -> None:
    """What was saved may be expected again, in a store of others too; two dollar signs begin a text with one."""
    saved = {**AWARD, "save": {"entry": "entries[0].id", "holder": "entries[0].ledger.holder_id"}}
    again = {**AWARD, "expect": {"replayed": True, "entries": [{"id": "$entry", "ledger.holder_id": "$holder"}]}}
    taken = {**AWARD, "with": {**AWARD["with"], "reason": "$$5"}, "refused": {"code": "idempotency_conflict"}}
    key = {"do": "points.award", "with": {**AWARD["with"], "key": "w-2", "reason": "$$5"}}
    told_so = {**key, "expect": {"entries[0].reason": "$$5"}}
    scenario = Scenario.from_document(document(ADA, saved, again, taken, told_so))
    assert [run(scenario), run(scenario, MemoryStore())] == [None, None]
    wrong = {**AWARD, "expect": {"entries[0].id": "$holder"}}
    mismatch = run(Scenario.from_document(document(ADA, saved, wrong)), MemoryStore())
    assert "entries[0].id: expected" in str(mismatch)


def test_a_value_that_is_not_there_cannot_be_saved() -> None:
    """Saving what an answer does not have is a difference."""
    assert told({**ADA, "save": {"hold": "entries[0].id"}})[1].strip() == (
        "save.hold: expected entries[0].id, actual a list of 0"
    )


# Questions to the program ---------------------------------------------------------------------------------------------


def calendar(kind: str, expr: str, expect: Any = None, **values: Any) -> dict[str, Any]:
    """Ask the calendar."""
    outcome = {"refused": "invalid_input"} if expect is None else {"expect": expect}
    return {"ask": f"calendar.{kind}", "with": {"expr": expr, **values}, **outcome}


def test_the_calendar_answers_with_instant_wall_time_and_last_day() -> None:
    """A calendar question counts from a wall time of the zone, an instant, a date or the clock."""
    wall = {"wall": "2026-01-02T00:30:00", "at": "2026-01-01T23:30:00Z"}
    assert (
        told(
            calendar("duration", "30m", wall, base="2026-01-02", tz="Europe/Berlin"),
            calendar("duration", "30m", wall, base="2026-01-02T00:00:00"),
            calendar("start", "30m", wall, base="2026-01-01T23:00:00Z"),
            calendar("expiry", "end_of_day(0D)", {"on": "2026-01-01", "at": "2026-01-01T23:00:00Z"}),
            calendar("expiry", "unlimited", {"at": None, "on": None, "wall": None}),
            calendar("start", "on_action", {"at": None}),
        )
        == []
    )


@pytest.mark.parametrize(
    "base", ["", "noon", "2026-02-30", "2026-01-01T00:00:00+0100", "1800-01-01", 7, None.__class__]
)
def test_a_base_that_is_none_is_refused(base: Any) -> None:
    """A base that is no instant, wall time or date is refused."""
    assert told(calendar("start", "1D", base=base)) == []


def test_a_quote_and_a_level_are_asked_of_the_program() -> None:
    """What an amount earns, and which tier a value gives, are asked of the program's rules."""
    quote = {"ask": "earning.quote", "with": {"total": "19.99"}, "expect": {"points": 1, "rules": {"base": 1}}}
    level = {"ask": "tiers.level", "with": {"measured": "10.50"}, "expect": {"tier": "Silver", "next": "Gold"}}
    none = {"ask": "tiers.level", "with": {"measured": 10}, "expect": {"tier": None, "next": "Silver"}}
    float_ = {"ask": "tiers.level", "with": {"measured": 10.5}, "refused": "invalid_input"}
    assert told(quote, level, none, float_) == []
    plain = {key: BEANS[key] for key in ("id", "currency", "timezone")}
    assert told({**level, "expect": {"tier": None}}, program=plain)[1].strip().endswith("the program has no tiers")


def test_what_an_order_redeems_is_asked_of_the_program() -> None:
    """`earning.redeemable` and `earning.price_in_points` need nobody who has the points."""
    program = {**BEANS, "orders": {"point_value": "0.10", "redeem_step": 10, "redeem_min": 20, "redeem_cap": 50}}
    ask: dict[str, Any] = {"ask": "earning.redeemable", "with": {"points": 1000, "balance": 95, "total": "100"}}
    cart = {"items": [{"line_id": "1", "unit_price": "10"}], "discounts": [{"percent": "20"}]}
    assert (
        told(
            {**ask, "expect": {"points": 90, "value": "9"}},
            {**ask, "with": {"points": 55, "balance": 95, "cart": cart}, "expect": {"points": 40, "value": "4.0"}},
            {**ask, "with": {**ask["with"], "points": 19}, "expect": {"points": 0, "value": "0"}},
            {**ask, "with": {**ask["with"], "points": -1}, "refused": "invalid_input"},
            {**ask, "with": {**ask["with"], "balance": "95"}, "refused": "invalid_input"},
            {**ask, "with": {**ask["with"], "cart": cart}, "refused": "invalid_input"},
            {"ask": "earning.price_in_points", "with": {"amount": "9.91"}, "expect": {"points": 100}},
            program=program,
        )
        == []
    )
    price = {"ask": "earning.price_in_points", "with": {"amount": "9.91"}, "refused": "invalid_input"}
    assert told({**ask, "refused": "invalid_input"}, price) == []


def test_of_several_programs_one_is_named() -> None:
    """Where several programs run a question names one."""
    programs = [BEANS, {**BEANS, "id": "beans-2", "timezone": "UTC"}]
    values = document(
        calendar("start", "1D", {"wall": "2026-01-03T00:00:00"}, base="2026-01-02", program="beans-2"),
        calendar("start", "1D", base="2026-01-02"),
        programs=programs,
    )
    del values["program"]
    assert run(Scenario.from_document(values)) is None


def test_a_command_is_run_and_previewed_in_its_json_form() -> None:
    """`run` and `preview` take a command in its JSON form; a preview writes nothing."""
    command = {"command": "points.award", **AWARD["with"]}
    assert (
        told(
            {"do": "run", "with": {"command": "customers.register", "customer_id": "ada"}},
            {"ask": "preview", "with": command, "expect": {"points": 50}},
            {**ASK, "expect": {"active": 0}},
            {"do": "run", "with": command, "expect": {"points": 50}},
            {**ASK, "expect": {"active": 50}},
        )
        == []
    )


def test_every_method_of_the_facade_is_a_path() -> None:
    """Every public method of the facade's parts may be named, but for those that take or give many."""
    shop = example()
    parts = {name: kind for name, kind in vars(shop).items() if not name.startswith("_")}
    methods = {f"{part}.{name}" for part, kind in parts.items() for name in dir(kind)}
    nouns = ("customers", "entries", "orders", "referral_codes", "referrals")
    many = {*(f"{noun}.stream" for noun in nouns), "points.post_many", "segments.all"}
    delivery = {"outbox.deliver", "outbox.retry", "outbox.set_aside"}
    assert {name for name in methods if "._" not in name} - set(DOORS) == many | delivery


def test_every_parameter_of_the_facade_is_of_a_type_that_a_file_can_write() -> None:
    """The parameters of every path are texts, numbers, instants, dates, money, lists of texts or tables of them."""
    where = "Condition | Query | str | Mapping[str, Any]"
    kinds = {kind.removesuffix(" | None") for door in DOORS.values() for kind in door.types.values()}
    types = {kind.removesuffix(" | Keep") for kind in kinds}
    lists = {"tuple[str, ...]", "Iterable[str]", "Mapping[str, str | None]", "Mapping[str, int]"}
    money = {"Decimal", "Decimal | int | str", "Cart", "Cart | Mapping[str, Any]"}
    assert types == {"str", "int", "bool", "datetime", "date", "object", "Asked", "Who", where} | lists | money


def test_versions_of_one_program_apply_from_their_instants() -> None:
    """A file may hold versions of one program: each applies from its instant, to quotes and to what is booked."""
    double = {**BEANS, "version": 2, "applies_from": "2026-02-01T00:00:00Z", "earning": [{"id": "base", "per": 5}]}
    quote = {"ask": "earning.quote", "with": {"total": "100"}}
    close: dict[str, Any] = {
        "do": "orders.close",
        "with": {"customer_id": "ada", "order_id": "o-1", "cart": {"total": "100"}, "key": "1"},
    }
    values = document(
        ADA,
        {**quote, "at": "2026-01-31T23:59:59Z", "expect": {"points": 10}},
        {**close, "expect": {"points": 10, "entries[0].program_version": 1}},
        {**quote, "at": "2026-02-01T00:00:00Z", "expect": {"points": 20}},
        {**close, "with": {**close["with"], "order_id": "o-2", "key": "2"}, "expect": {"points": 20}},
        programs=[BEANS, double],
    )
    del values["program"]
    assert run(Scenario.from_document(values)) is None


def test_the_moves_of_a_state_are_asked() -> None:
    """`orders.moves` and `referrals.moves` name what may be done in a state, and where it leads."""
    closed = {"moves": ["cancel", "reopen", "return_items"], "states": ["cancelled", "open", "partially_returned"]}
    assert (
        told(
            {"ask": "orders.moves", "with": {"state": "closed"}, "expect": closed},
            {"ask": "orders.moves", "expect": {"moves": ["close", "open"], "states": ["closed", "open"]}},
            {"ask": "orders.moves", "with": {"state": "cancelled"}, "expect": {"moves": [], "states": []}},
            {"ask": "referrals.moves", "with": {"state": "completed"}, "expect": {"states": ["reversed"]}},
            {"ask": "orders.moves", "with": {"state": "close"}, "refused": "invalid_input"},
            {"ask": "referrals.moves", "with": {"state": 5}, "refused": "invalid_input"},
        )
        == []
    )


def matching(query: Any, *records: Any, **more: Any) -> dict[str, Any]:
    """Ask which records a query finds."""
    return {"ask": "query.matches", "with": {"query": query, "records": [*records], **more}}


@pytest.mark.parametrize(
    ("asked", "expect"),
    [
        (matching("revenue:1..999.99", *({"revenue": each} for each in ("0.99", "1", "999.99", "1000"))), "nyyn"),
        (matching("points:>1000", {"points": 999}, {"points.active": 1000}, {"points": 1001}), "nny"),
        (matching("-tier:gold", {}, {"tier": None}, {"tier": "Gold"}, {"tier": "Silver"}), "yyny"),
        (
            matching("joined_at:>=-4w", {"joined_at": "2025-12-03T23:00:00Z"}, {"joined_at": "2025-12-03T22:59:59Z"}),
            "yn",
        ),
        (matching("birth_on:2000-02-29 newsletter:true", {"birth_on": "2000-02-29", "has_newsletter": True}, {}), "yn"),
        (matching("tag:vip attributes.color:red", {"tags": ["VIP"], "attributes.color": "Red"}, {"tags": []}), "yn"),
        (matching("no:attributes", {"attributes.color": "red"}, {"attributes.color": None}), "ny"),
        (matching("lifecycle:potential", {"orders": 0}, {"orders": 1}), "yn"),
        (matching("state:closed OR net:>5", {"state": "closed"}, {"net": "5.01"}, {"net": "5"}, noun="order"), "yyn"),
        (
            matching(
                {"version": 1, "noun": "customer", "where": {"any": [{"field": "tags", "op": "any_of", "value": []}]}},
                {"tags": ["vip"]},
            ),
            "n",
        ),
    ],
)
def test_a_query_is_met_by_records_as_they_are_written(asked: dict[str, Any], expect: str) -> None:
    """`query.matches` answers for each record, written field by field, whether a query finds it."""
    assert told({**asked, "expect": {"matches": [each == "y" for each in expect]}}) == []


@pytest.mark.parametrize(
    "asked",
    [
        matching("teir:gold"),
        matching("tier:gold", {"teir": "gold"}),
        matching("tier:gold", {"tier": 5}),
        matching("tier:gold", "gold"),
        matching("lifecycle:new", {"lifecycle": "new"}),
        matching("no:attributes", {"attributes": {"color": "red"}}),
        matching("tag:vip", {"tags": "vip"}),
        matching("tier:gold", noun="people"),
        matching("tier:gold", noun=None),
        matching(5),
        {"ask": "query.matches", "with": {"query": "tier:gold", "records": {}}},
    ],
)
def test_a_record_that_is_none_is_refused(asked: Any) -> None:
    """A query or a record that is none is refused, as the query itself refuses it."""
    assert "actual refused invalid" in told({**asked, "expect": {}})[1]


def test_a_query_is_told_as_it_is_written() -> None:
    """`query.matches` answers with the query as it is written: two ways to say one thing are one text."""
    same = {"expect": {"query": "joined_at:>=-12m"}}
    assert told({**matching("joined:>=12_months_ago"), **same}, {**matching("joined_at:>=-12m"), **same}) == []


def test_a_bulk_action_answers_with_its_counts() -> None:
    """`bulk` takes ids or a query, and answers with how many were done, refused and unchanged."""
    adjust = {"do": "bulk.adjust", "with": {"who": ["ada", "eve"], "points": -10, "reason": "sale", "key": "b-1"}}
    assert (
        told(
            ADA,
            AWARD,
            {**adjust, "expect": {"done": 1, "refused": 1, "refusals[0].customer_id": "eve"}},
            {**ASK, "expect": {"active": 40}},
            {"do": "bulk.tag", "with": {"who": "points:40", "add": ["vip"], "key": "b-2"}, "expect": {"done": 1}},
        )
        == []
    )


def test_a_scenario_may_be_built_in_python() -> None:
    """A scenario is a value like any other."""
    first = Scenario.from_document(document(ADA))
    again = Scenario(
        title="Again", programs=first.programs, steps=(Step(path="customers.register", values=ADA["with"]),)
    )
    assert run(again) is None
