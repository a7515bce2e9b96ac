"""The match key of an e-mail address: a corpus of aliases, and that no two mailboxes become one."""

from __future__ import annotations

import sys
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loyalcore.values.emails import email_match_key

ONE_MAILBOX = [
    ["ada.lovelace@gmail.com", "AdaLovelace@gmail.com", "a.d.a.lovelace+shop@googlemail.com", "adalovelace+@GMAIL.COM"],
    ["ada@outlook.com", "Ada+news@outlook.com", '"ada+x"@Outlook.com'],
    ["ada@hotmail.com", "ada+1@hotmail.com"],
    ["ada@live.com", "ada+1+2@live.com"],
    ["ada@msn.com", "ada+1@msn.com"],
    ["ada@fastmail.com", "ada+shop@fastmail.com"],
    ["ada@fastmail.fm", "ada+shop@fastmail.fm"],
    ["ada@icloud.com", "ada+shop@icloud.com"],
    ["ada@me.com", "ada+shop@me.com"],
    ["ada@mac.com", "ada+shop@mac.com"],
    ["ada@proton.me", "ada+shop@proton.me"],
    ["ada@protonmail.com", "ada+shop@protonmail.com"],
    ["ada@protonmail.ch", "ada+shop@protonmail.ch"],
    ["ada@pm.me", "ada+shop@pm.me"],
    ["ada@example.org", "ADA@Example.ORG", "\uff21da@example.org", "ada\uff20example\uff0eorg", '"ada"@example.org'],
    ["ada@example.org", "ada@example\u3002org", '"\\a\\d\\a"@example.org'],
    ["ada@b\u00fccher.example", "ada@bu\u0308cher.example", "ada@B\u00dcCHER.example", "ada@xn--bcher-kva.example"],
    ["ada@stra\u00dfe.example", "ada@STRA\u1e9eE.example", "ada@xn--strae-oqa.example"],
    ["ren\u00e9e@example.org", "RENE\u0301E@example.org"],
    ["stra\u00dfe@example.org", "STRASSE@example.org"],
    ['"ada lovelace"@example.org', '"Ada Lovelace"@EXAMPLE.org', '"ada\\ lovelace"@example.org'],
    ["ada@[192.0.2.1]", "ADA@[192.0.2.1]"],
    ["ada@[ipv6:2001:db8::1]", "ada@[IPv6:2001:DB8::1]"],
    ["ada@\u03c3\u03b1.example", "ada@\u03a3\u0391.example"],
]
"""Ways of writing one mailbox; those of one line have one key."""

OTHER_MAILBOXES = [
    "ada@example.org",
    "ada+shop@example.org",
    "a.da@example.org",
    "ada.@example.org",
    ".ada@example.org",
    "a-da@example.org",
    "a_da@example.org",
    "ada@example.com",
    "ada@mail.example.org",
    "ada@example.org.uk",
    "ada@yahoo.com",
    "ada-shop@yahoo.com",
    "ada+shop@yahoo.com",
    "ada@gmx.de",
    "ada+shop@gmx.de",
    "a.da@outlook.com",
    "ada@outlook.com",
    "ada@hotmail.com",
    "ada@live.com",
    "a.da@icloud.com",
    "ada@icloud.com",
    "ada@me.com",
    "a.da@proton.me",
    "ada@proton.me",
    "ada@protonmail.com",
    "a.da@fastmail.com",
    "ada@fastmail.com",
    "shop@ada.fastmail.com",
    "ada@gmail.com",
    "ada@gmail.co",
    "ada@mail.gmail.com",
    "+ada@gmail.com",
    '"a da"@gmail.com',
    "ada@fa\u00df.example",
    "ada@fass.example",
    "ada@\u03c3\u03b1\u03c2.example",
    "ada@\u03c3\u03b1\u03c3.example",
    "ada@ex\u0430mple.org",
    '"ada lovelace"@example.org',
    '"ada@lovelace"@example.org',
    '"ada\\"lovelace"@example.org',
    '"ada\\\\lovelace"@example.org',
    "ad\u0251@example.org",
    "\u0131da@example.org",
    "ida@example.org",
    "ada@localhost",
    "ada@[192.0.2.1]",
    "ada@192.0.2.1",
]
"""Mailboxes of which no two are one."""

NO_ADDRESSES = [
    None,
    "",
    "ada",
    "@example.org",
    "ada@",
    "ada@@example.org",
    "ada@home@example.org",
    "ada lovelace@example.org",
    " ada@example.org",
    "ada@example.org ",
    "ada@exam ple.org",
    "ada@example..org",
    "ada@.example.org",
    "ada@example.org.",
    "ada@example.org/x",
    "ada@\u2100.example",
    "ada@[192.0.2.1",
    "<ada@example.org>",
    "a(d)a@example.org",
    'a"d"a@example.org',
    '""@example.org',
    '"ada@example.org',
    '"ada"lovelace@example.org',
    "ada\x00@example.org",
    "ada\n@example.org",
    "ada\u200b@example.org",
    "ada@exam\u00adple.org",
    "\ud800ada@example.org",
    "a" * 309 + "@example.org",
    "\ufdfa" * 20 + "@example.org",
    "ada@" + "a" * 64 + ".example",
    "ada@" + "\u00e9" * 63 + ".example",
    "ada@" + ".".join(["a" * 63] * 4),
]


@pytest.mark.parametrize("written", ONE_MAILBOX, ids=lambda written: ascii(written[0]))
def test_one_mailbox_has_one_key(written: list[str]) -> None:
    """All ways of writing one mailbox have the same key."""
    assert len({email_match_key(each) for each in written}) == 1
    assert email_match_key(written[0]) is not None


def test_other_mailboxes_have_other_keys() -> None:
    """No two mailboxes of the corpus, most of them of providers that are not known, have the same key."""
    keys = [email_match_key(each) for each in OTHER_MAILBOXES]
    assert None not in keys
    assert len(set(keys)) == len(OTHER_MAILBOXES)


@pytest.mark.parametrize("written", NO_ADDRESSES, ids=ascii)
def test_what_is_no_address_has_no_key(written: str | None) -> None:
    """A text that leads to no mailbox has no key."""
    assert email_match_key(written) is None


@pytest.mark.parametrize("written", ["+ada@gmail.com", ".@gmail.com", ".+ada@gmail.com", "+@outlook.com"])
def test_nothing_is_taken_from_who_would_have_nothing_left(written: str) -> None:
    """A local part that is only a tag or dots stays as it is."""
    assert email_match_key(written) == written


def test_the_key_of_a_provider_without_ascii_keeps_its_dots() -> None:
    """Dots are dropped from what Google gives out, which is ASCII."""
    assert email_match_key("r.en\u00e9+x@gmail.com") == "r.en\u00e9@gmail.com"


def test_the_longest_key() -> None:
    """An address of 320 characters has a key, one that would be longer has none."""
    assert email_match_key("a" * 308 + "@example.org") == "a" * 308 + "@example.org"
    assert email_match_key('"' + "a" * 299 + '\\" "@example.org') == '"' + "a" * 299 + '\\" "@example.org'


@pytest.mark.parametrize("block", range(0, 0x10000, 0x4000))
def test_every_letter(block: int) -> None:
    """For each character of Unicode's first plane: a key of a key is itself, in the local part and in the domain."""
    for number in range(block, block + 0x4000):
        letter = chr(number)
        for written in (f"x{letter}@example.org", f"x@y{letter}.example"):
            key = email_match_key(written)
            assert email_match_key(key) == key, ascii(written)


LETTERS = st.one_of(
    st.sampled_from('aA.+"\\@ -_\u00df\u1e9e\u03a3\u03c2\u0345\u0338\u0301\u0130\u3002\uff20\uff0e\ufdfa<=>()[]'),
    st.characters(max_codepoint=sys.maxunicode),
)
DOMAINS = st.sampled_from(["gmail.com", "GoogleMail.com", "outlook.com", "example.org", "b\u00fccher.example"])
TEXTS = st.text(LETTERS, max_size=12)
WRITTEN = st.one_of(
    TEXTS,
    st.builds("{}@{}".format, TEXTS, st.one_of(DOMAINS, TEXTS)),
    st.builds('"{}"@{}'.format, TEXTS, DOMAINS),
)


@given(WRITTEN)
@example("e.\u0301@gmail.com")
@example('"e\\\u0301"@gmail.com')
@example('"<\u0338"@example.org')
def test_a_key_is_its_own_key(written: str) -> None:
    """The key of a key is the key, and it is as printable and as normal as an address."""
    key = email_match_key(written)
    assert email_match_key(key) == key
    if key is not None:
        assert key.isprintable()
        assert normalize("NFKC", key) == key


@given(st.text(st.sampled_from("abz09.+-_"), min_size=1, max_size=8), st.text("abz09.+-_", min_size=1, max_size=8))
def test_unknown_providers_are_taken_at_their_word(one: str, other: str) -> None:
    """Two local parts of a provider that is not known have one key where they are one text, and only there."""
    keys = [email_match_key(f"{each}@example.org") for each in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


@given(st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=1, max_size=6))
def test_case_makes_no_difference(name: str) -> None:
    """Capitals and small letters have one key, in the local part and in a domain."""
    for form in ("{}@example.org", "ada@{}.example"):
        small = form.format("".join(each.lower() for each in name))
        assert email_match_key(form.format(name)) == email_match_key(small)
