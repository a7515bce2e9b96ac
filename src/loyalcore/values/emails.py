"""The match key of an e-mail address: one text for all ways of writing one mailbox, and never for two mailboxes.

It is for comparing, and kept apart from the address: mail goes to the address as it was given.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize

__all__ = ["email_match_key"]


def __dir__() -> list[str]:
    return __all__


_LENGTH_MAX: Final = 320
_LABEL_MAX: Final = 63
_DOMAIN_MAX: Final = 253

_TAGGED: Final = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "fastmail.com",
        "fastmail.fm",
        "icloud.com",
        "me.com",
        "mac.com",
        "proton.me",
        "protonmail.com",
        "protonmail.ch",
        "pm.me",
    }
)
"""Where what stands behind a plus sign is a tag of the reader's own: Google, Microsoft, Fastmail, Apple, Proton."""
_DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})
"""Where dots make no difference."""
_ALSO_CALLED: Final = {"googlemail.com": "gmail.com"}
"""Where two domains lead to one mailbox."""

_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)+)"@([^@]+)')
_PLAIN: Final = re.compile(r'([^\s"(),:;<>@\[\\\]]+)@([^@]+)')
_NEEDS_QUOTES: Final = re.compile(r'[\s"(),:;<>@\[\\\]]')
_ESCAPED: Final = re.compile(r"\\(.)")
_TO_ESCAPE: Final = re.compile(r'(["\\])')
_DOTS: Final = re.compile("[.\u3002]")
_LABEL: Final = re.compile(r"[^\x00-,./:-@\[-^`{-\x7f]+")
_LITERAL: Final = re.compile(r"\[[a-z0-9:.-]+\]")


def email_match_key(email: str | None) -> str | None:
    """Return what tells the mailbox of an address from others, however the address is written.

    Compatibility forms and case make no difference (NFKC, case folding), nor does whether a domain is written in its
    own letters or as IDNA; quotes around a local part that needs none, neither. Of providers that are known for it, a
    tag behind a plus sign makes none, and of Google dots, and `googlemail.com` for `gmail.com`. Everything else does:
    two mailboxes of a provider that is not known have two keys.

    Args:
        email: An address as it was typed; None where there is none.

    Returns:
        The key, whose key is the key itself; None for what is no address.

    Source:
        DOMAIN.md 3.6 (same e-mail after normalisation). Google, Gmail help: dots don't matter in Gmail addresses;
        Microsoft Learn: plus addressing in Exchange Online, and ZDNet on Outlook.com since 2013; Fastmail help: plus
        addressing; Proton support: email addresses and aliases; Apple iCloud Mail by the table of email-normalize on
        PyPI. That a sharp s and a final sigma stay letters of their own in a domain is IDNA 2008: they are two domains.

    Example:
        >>> email_match_key("Ada.Lovelace+shop@GoogleMail.com")
        'adalovelace@gmail.com'
        >>> email_match_key("Ada.Lovelace+shop@Example.org")
        'ada.lovelace+shop@example.org'
    """
    if email is None or len(email) > _LENGTH_MAX:
        return None
    text = normalize("NFKC", email)
    found = _QUOTED.fullmatch(text) or _PLAIN.fullmatch(text)
    domain = _domain(found[2]) if found is not None and text.isprintable() else None
    if found is None or domain is None:
        return None
    key = _joined(_folded(_ESCAPED.sub(r"\1", found[1]) if found.re is _QUOTED else found[1]), domain)
    return key if len(key) <= _LENGTH_MAX else None


def _joined(local: str, domain: str) -> str:
    """Return the key of a local part, without quotes where it needs none."""
    if _NEEDS_QUOTES.search(local):
        local = _TO_ESCAPE.sub(r"\\\1", local)
        return f'"{local}"@{domain}'
    if domain in _TAGGED:
        local = _untagged(local, domain)
        domain = _ALSO_CALLED.get(domain, domain)
    return f"{local}@{domain}"


def _untagged(local: str, domain: str) -> str:
    """Return a local part without its tag and its dots; one that would have nothing left stays as it is."""
    name = local.partition("+")[0]
    if domain in _DOTLESS and name.isascii():
        name = name.replace(".", "")
    return name or local


def _folded(text: str) -> str:
    """Return a text without differences of case and of compatibility; folding it again changes nothing."""
    if text.isascii():
        return text.lower()
    while (folded := normalize("NFKC", normalize("NFD", text).casefold())) != text:
        text = folded
    return text


def _domain(text: str) -> str | None:
    """Return a domain as it stands in the directory of names, in ASCII; None for what is no domain.

    The codec `idna` of the standard library knows IDNA 2003 only, which makes two letters of a sharp s, and thereby one
    domain of two. So letters are made small one by one, and labels are written by the codec `punycode`.
    """
    if _LITERAL.fullmatch(text.lower()):
        return text.lower()
    labels = [_label(label) for label in _DOTS.split(normalize("NFKC", "".join(map(_small, text))))]
    domain = ".".join(label or "" for label in labels)
    return domain if None not in labels and len(domain) <= _DOMAIN_MAX else None


def _small(letter: str) -> str:
    return {"\u1e9e": "\u00df", "\u00df": "\u00df", "\u03c2": "\u03c2"}.get(letter) or letter.casefold()


def _label(label: str) -> str | None:
    if _LABEL.fullmatch(label) is None:
        return None
    written = label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
    return written if len(written) <= _LABEL_MAX else None
