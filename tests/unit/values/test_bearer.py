"""Bearer codes."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values import bearer
from loyalcore.values.bearer import bearer_code

SECRET = b"sixteen bytes it"


def test_a_bearer_code_is_the_start_of_the_hmac() -> None:
    """A bearer code is 160 bits of HMAC-SHA-256 of secret and coupon id, in 32 characters of base32."""
    whole = base64.b32encode(hmac.new(SECRET, b"coupon-1", hashlib.sha256).digest()).decode()
    assert bearer_code(SECRET, "coupon-1") == whole[:32]


def test_a_bearer_code_hangs_on_secret_and_coupon() -> None:
    """The same two give the same code again, another secret or coupon gives another."""
    code = bearer_code(SECRET, "coupon-1")
    assert bearer_code(SECRET, "coupon-1") == code
    assert bearer_code(SECRET, "coupon-2") != code
    assert bearer_code(SECRET + b"!", "coupon-1") != code


@pytest.mark.parametrize("secret", [b"", b"fifteen bytes..", "a text of sixteen", None])
def test_a_weak_secret_is_refused(secret: object) -> None:
    """A secret is at least 16 bytes, and the message does not repeat it."""
    with pytest.raises(InvalidInput, match=r"^secret: must ") as caught:
        bearer_code(secret, "coupon-1")  # type: ignore[arg-type]
    assert "fifteen" not in str(caught.value)


def test_the_coupon_id_is_checked() -> None:
    """A coupon id is a printable text of 1 to 255 characters."""
    for coupon_id in ("", "\ud800", None):
        with pytest.raises(InvalidInput, match=r"^coupon_id: "):
            bearer_code(SECRET, coupon_id)  # type: ignore[arg-type]
    with pytest.raises(LimitExceeded):
        bearer_code(SECRET, "c" * 256)


def test_the_module_shows_what_it_exports() -> None:
    """`dir` shows the public names."""
    assert dir(bearer) == bearer.__all__
