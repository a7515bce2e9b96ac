"""The file of a program's document: TOML or JSON, and where it stops being well formed."""

from __future__ import annotations

import json
import os
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from loyalcore.errors import Fault, InvalidDocument, InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        [(repeated, _)] = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {repeated[:64]!r} stands twice in the same table")
    return table


def _json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique)


_READERS: Final[dict[str, Callable[[str], Any]]] = {".toml": tomllib.loads, ".json": _json}


def read_file(source: object) -> tuple[str, Mapping[str, Any]]:
    """Return the name and the tables of a document.

    Args:
        source: The path of a `.toml` or `.json` file.

    Raises:
        InvalidInput: The source is no path, or ends in neither `.toml` nor `.json`.
        NotFound: There is no such file.
        InvalidDocument: The file cannot be read, is not UTF-8, or is not well formed.
    """
    path = os.fspath(source) if isinstance(source, str | os.PathLike) else None
    if not isinstance(path, str):
        raise InvalidInput(f"must be the path of a document, not {type(source).__name__}", path="source")
    reader = _READERS.get(os.path.splitext(path)[1].lower())
    if reader is None:
        raise InvalidInput("must be a path that ends in .toml or .json", path="source")
    text = _text(path)
    try:
        values = reader(text)
    except ValueError as error:
        # Both readers say line and column; a repeated key of JSON and a number of too many digits have none.
        raise InvalidDocument([_syntax_fault(error)], path=path) from None
    except RecursionError:
        raise InvalidDocument([Fault("", "is nested too deeply")], path=path) from None
    return path, values


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NotFound("program document", path) from None
    except OSError as error:
        fault = Fault("", f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        fault = Fault("", f"is not UTF-8 at byte {error.start}")
    except ValueError:
        raise InvalidInput("must be a path: it holds a character that no path has", path="source") from None
    raise InvalidDocument([fault], path=path if len(path) <= _SHOWN_MAX else "")


_SHOWN_MAX: Final = 255


def _syntax_fault(error: ValueError) -> Fault:
    if isinstance(error, json.JSONDecodeError):
        return Fault(f"line {error.lineno}", f"{error.msg} (at line {error.lineno}, column {error.colno})")
    message = str(error)
    _, found, place = message.rpartition("(at line ")
    return Fault(f"line {place.partition(',')[0]}" if found else "", message)
