"""How the docs are built: Sphinx over MyST pages in the four Diátaxis folders, and the tables drawn from the code."""

from __future__ import annotations

import inspect
import re
from functools import partial
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore import errors
from loyalcore.domain import orders, referrals
from loyalcore.domain.flows import COMMANDS, NOTICE_KINDS
from loyalcore.fields import CARTS, CODES, CUSTOMERS, ENTRIES, ITEMS, ORDERS, REFERRALS
from loyalcore.query import Id, Text
from loyalcore.store import _protocol
from loyalcore.testing.broken import CATCHES
from loyalcore.testing.contract import StoreContract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from enum import Enum

    from loyalcore.query import Noun

project = "loyalcore"
author = "The loyalcore authors"
project_copyright = author
release = version_of("loyalcore")
version = release

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
python_use_unqualified_type_names = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_custom_sections = ["Source"]
default_role = "code"

nitpicky = True
nitpick_ignore_regex = [
    # What other projects document is not looked up over the network: only our own names must lead somewhere.
    (r"py:.*", r"(?!loyalcore\b).*"),
    # A private module's name leads nowhere on purpose; its public home is documented.
    (r"py:.*", r"loyalcore(\.\w+)*\._\w+.*"),
]

html_theme = "furo"
html_title = f"loyalcore {release}"

# Tables drawn from the code: a page says `<!-- table: name -->`, and the table stands there when the page is built.


def _rows(*rows: tuple[str, ...]) -> Iterator[str]:
    head, *rest = rows
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rest)


def _first_line(thing: object) -> str:
    return (thing.__doc__ or "").partition("\n")[0]


def _commands() -> Iterator[str]:
    """Every command: its name, its class, what it does, and which of its fields must be given."""
    rows = [("Name", "Class", "Must be given", "What it does")]
    for name, kind in COMMANDS.items():
        needed = [field.name for field in attrs.fields(kind) if field.default is attrs.NOTHING]
        rows.append((f"`{name}`", f"`{kind.__name__}`", f"`{'`, `'.join(needed)}`", _first_line(kind)))
    return _rows(*rows)


def _errors() -> Iterator[str]:
    """Every error: its code, its class, whose it is, whether a retry may help, and what it carries."""
    rows = [("Code", "Error", "Under", "Retry", "Details")]
    for name in errors.__all__:
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, errors.LoyaltyError):
            details = {each: None for base in reversed(kind.__mro__) for each in vars(base).get("__annotations__", {})}
            shown = ", ".join(f"`{each}`" for each in details if each not in {"code", "is_retryable"})
            retry = "yes, with the same key" if kind.is_retryable else ""
            rows.append((f"`{kind.code}`", f"`{name}`", f"`{kind.__bases__[0].__name__}`", retry, shown))
    return _rows(*rows)


def _promises() -> Iterator[str]:
    """Every promise of a store, under the headings of the protocol's docstring."""
    for block in (_protocol.__doc__ or "").split("\n\n"):
        heading, _, text = block.partition("\n")
        if re.match(r"\s+P\d", text):
            promises = re.findall(r"(P\d+)\s+(.*?)(?=\s+P\d+\s\s|\Z)", " ".join(text.split("\n")), re.DOTALL)
            yield f"\n## {heading}\n"
            yield from _rows(("", "Promise"), *((number, " ".join(words.split())) for number, words in promises))


def _contract() -> Iterator[str]:
    """Every part of the contract: what it is about, and the promises that its tests name."""
    rows = [("Part", "What holds", "Promises")]
    for part in StoreContract.__mro__[1:]:
        tests = [each for name, each in vars(part).items() if name.startswith("test_")]
        if tests:
            proved = {(inspect.getdoc(test) or "").partition(":")[0] for test in tests}
            rows.append((f"`{part.__name__}`", _first_line(part), ", ".join(sorted(proved, key=lambda p: int(p[1:])))))
    return _rows(*rows)


def _broken() -> Iterator[str]:
    """Every broken store: what it does, who has reported it, and the tests that catch it."""
    rows = [("Store", "What it does", "Seen in", "Which tests of the contract catch it")]
    stores = dict.fromkeys(catch.store for catch in CATCHES)
    for store in stores:
        tests = dict.fromkeys(f"`{catch.part.__name__}.{catch.test}`" for catch in CATCHES if catch.store is store)
        source = (inspect.getdoc(store) or "").partition("Source: ")[2].removesuffix(".")
        rows.append((f"`{store.__name__}`", _first_line(store), source, ", ".join(tests)))
    return _rows(*rows)


def _fields(noun: Noun) -> Iterator[str]:
    """Every field of a noun: its type, its other names, and what it is like."""
    names: dict[str, list[str]] = {}
    for alias, name in noun.aliases.items():
        names.setdefault(name, []).append(f"`{alias}`")
    rows: list[tuple[str, ...]] = [
        ("Field", "Type", "Also called", "Always there", "Moves with time", "Sortable", "Personal", "Column")
    ]
    for field in noun.fields:
        marks = (
            "yes" if mark else "" for mark in (field.is_required, field.moves, field.is_sortable, field.is_personal)
        )
        column = f"`{field.column}`" if field.column else ""
        words = field.words if isinstance(field, Text | Id) else ()
        kind = field.kind + (": " + ", ".join(f"`{word}`" for word in words) if words else "")
        rows.append((f"`{field.name}`", kind, ", ".join(names.get(field.name, [])), *marks, column))
    return _rows(*rows)


def _notices() -> Iterator[str]:
    """Every kind of notice: when it is made, and what it tells."""
    rows = [("Kind", "What has happened", "Details")]
    for kind in NOTICE_KINDS.values():
        told = [
            f"`{name}`: {detail.value}{' or none' if name in kind.optional else ''}"
            for name, detail in kind.details.items()
        ]
        rows.append((f"`{kind.name}`", kind.meaning, ", ".join(told)))
    return _rows(*rows)


def _moves(table: Mapping[Any, Mapping[str, Enum]]) -> Iterator[str]:
    """The states of a noun: from each the moves that may be made, and where they lead."""
    moves = sorted({move for each in table.values() for move in each})
    rows: list[tuple[str, ...]] = [("From", *(f"`{move}`" for move in moves))]
    for state, each in table.items():
        name = "(not there)" if state is None else f"`{state.value}`"
        rows.append((name, *(each[move].value if move in each else "" for move in moves)))
    yield from _rows(*rows)
    yield "\n```text"
    for state, each in table.items():
        for move, after in each.items():
            yield f"{'[*]' if state is None else state.value:>20} --{move + ' ':-<15}> {after.value}"
    yield "```"


def _shown() -> Iterator[str]:
    """The states of a referral: what BLOOP shows of each, and whether it uses up its code."""
    rows = [("State", "BLOOP shows", "Uses up its code")]
    rows += [
        (f"`{state.value}`", f"`{shown}`", "yes" if state in referrals.STANDING else "")
        for state, shown in referrals.SHOWN.items()
    ]
    return _rows(*rows)


def _refusals() -> Iterator[str]:
    """Why a claim is refused, in the order in which it is asked, and what Talon.One calls it."""
    rows = [("", "Reason", "What is wrong, and what helps", "Talon.One")]
    for number, (refusal, each) in enumerate(referrals.REFUSALS.items(), 1):
        rows.append((str(number), f"`{refusal.value}`", each.text, f"`{each.talon}`" if each.talon else ""))
    return _rows(*rows)


_TABLES: dict[str, Callable[[], Iterator[str]]] = {
    "broken": _broken,
    "commands": _commands,
    "contract": _contract,
    "customer_fields": partial(_fields, CUSTOMERS),
    "entry_fields": partial(_fields, ENTRIES),
    "order_fields": partial(_fields, ORDERS),
    "cart_fields": partial(_fields, CARTS),
    "item_fields": partial(_fields, ITEMS),
    "notices": _notices,
    "referral_fields": partial(_fields, REFERRALS),
    "code_fields": partial(_fields, CODES),
    "order_moves": partial(_moves, orders.MOVES),
    "referral_moves": partial(_moves, referrals.MOVES),
    "referral_states": _shown,
    "refusals": _refusals,
    "errors": _errors,
    "promises": _promises,
}


def _draw(app: Any, page: str, source: list[str]) -> None:
    source[0] = re.sub(r"<!-- table: (\w+) -->", lambda found: "\n".join(_TABLES[found[1]]()), source[0])


def setup(app: Any) -> None:
    """Draw the tables before a page is read."""
    app.connect("source-read", _draw)
