from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from loyalcore import Delivery, Loyalty, Notice, NoticeRef, PointsNotice, PointsPolicy, Program, Recipient
from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.webhook import WebhookHandler, WebhookSettings, body_of, read_secret, verify
from loyalcore.errors import DeliveryFailed, InvalidInput, LimitExceeded, LoyaltyError, Undeliverable
from loyalcore.testing import FixedClock
from tests.unit.adapters.mail._letters import contexts
from tests.unit.adapters.webhook._receiver import Receiver, served

NOW = datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC)
OLD, NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b"another secret of more than 24 bytes"
CERTIFICATES = Path(__file__).parent.parent / "mail"

# The public example of Standard Webhooks.
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
BODY = b'{"test": 2432232314}'
THEN = datetime.fromtimestamp(1614265330, UTC)


def delivery(attempt: int = 1) -> Delivery:
    """Make a delivery."""
    notice = Notice(
        ref=NoticeRef("live", "h1", "h1:beans:1:"),
        kind="points_added",
        program_id="beans",
        at=datetime(2026, 1, 31, 12, tzinfo=UTC),
        details={"points": 5, "reason": None, "ledger": "Läden"},
    )
    ada = Recipient(customer_id="c-1", email="ada@example.org", first_name="Ada")
    return Delivery(notice=notice, recipient=ada, attempt=attempt)


def local(port: int, path: str = "/hook?shop=1", **fields: Any) -> WebhookSettings:
    """Give the settings of the receiver of a test."""
    given = {"secrets": [OLD], "timeout_seconds": 10, "has_plain_http": True, **fields}
    return WebhookSettings(url=f"http://127.0.0.1:{port}{path}", **given)


def posted(receiver: Receiver, **fields: Any) -> None:
    """Post a delivery to a receiver."""
    with served(receiver) as port:
        WebhookHandler(local(port, **fields), clock=FixedClock(NOW))(delivery())


# What is sent


def test_a_receiver_knows_who_has_sent_a_webhook() -> None:
    """It checks the signature, and gets the id by which it drops repeats; the body holds nothing personal."""
    receiver = Receiver(200)
    posted(receiver)
    ((path, headers, body),) = receiver.came
    assert path == "/hook?shop=1"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert verify(headers, body, [OLD], now=NOW) == delivery().id
    assert json.loads(body) == {
        "type": "points_added",
        "timestamp": "2026-01-31T12:00:00.000000Z",
        "data": {
            "environment": "live",
            "program": "beans",
            "customer_id": "c-1",
            "details": {"points": 5, "reason": None, "ledger": "Läden"},
        },
    }
    assert b"ada" not in body.lower()


def test_the_body_is_the_same_at_every_attempt() -> None:
    """Byte by byte."""
    assert body_of(delivery(1)) == body_of(delivery(7))


def test_secrets_are_changed_without_a_gap() -> None:
    """While there are two each signs, and a receiver that knows either takes it."""
    receiver = Receiver()
    posted(receiver, secrets=[NEW, OLD])
    ((_, headers, body),) = receiver.came
    assert headers["webhook-signature"].count("v1,") == 2
    both: list[list[str | bytes]] = [[OLD], [NEW], [NEW, OLD]]
    for known in both:
        assert verify(headers, body, known, now=NOW) == delivery().id


def test_a_receiver_is_spoken_to_over_tls() -> None:
    """Whose certificate is not trusted is told nothing."""
    receiver = Receiver()
    serving, trusting = contexts(CERTIFICATES)
    with served(receiver, serving) as port:
        settings = WebhookSettings(url=f"https://localhost:{port}", secrets=[OLD])
        WebhookHandler(settings, context=trusting)(delivery())
        with pytest.raises(DeliveryFailed, match="SSLCertVerificationError"):
            WebhookHandler(settings)(delivery())
    assert [path for path, _, _ in receiver.came] == ["/"]


# What is answered


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_the_200s_are_delivered(status: int) -> None:
    """Whatever the body says."""
    posted(Receiver(status))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 422, 499])
def test_the_400s_are_final(status: int) -> None:
    """The receiver does not want it, and will not."""
    with pytest.raises(Undeliverable, match=str(status)):
        posted(Receiver(status))


@pytest.mark.parametrize("status", [301, 302, 307, 308, 408, 409, 425, 429, 500, 502, 503, 504])
def test_other_answers_are_tried_again(status: int) -> None:
    """Those that mean later, the 500s, and redirects, which are not followed."""
    receiver = Receiver(status, location="http://127.0.0.1:1/")
    with pytest.raises(DeliveryFailed, match=str(status)) as caught:
        posted(receiver)
    assert caught.value.retry_in is None
    assert len(receiver.came) == 1


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", None),
        ("9999999999999", 999_999_999),
        ("-5", None),
        ("1.5", None),
        ("Sat, 31 Jan 2026 12:01:05 GMT", 60),
        ("Sat, 31 Jan 2026 12:01:05 -0000", 60),
        ("Sat, 31 Jan 2026 11:00:00 GMT", None),
        ("soon", None),
        ("Sat, 99 Jan 2026 12:01:05 GMT", None),
    ],
)
def test_the_wait_that_is_asked_for_is_kept(asked: str, seconds: int | None) -> None:
    """As seconds or as a date; what is neither is passed over."""
    with pytest.raises(DeliveryFailed) as caught:
        posted(Receiver(503, Retry_After=asked))
    assert caught.value.retry_in == seconds


def test_who_does_not_answer_is_tried_again() -> None:
    """Broken off, too slow, not there, or no web server."""
    with pytest.raises(DeliveryFailed, match="RemoteDisconnected"):
        posted(Receiver(0))
    with pytest.raises(DeliveryFailed, match="TimeoutError"):
        posted(Receiver(-1), timeout_seconds=1)
    with served(Receiver()) as port:
        pass
    with pytest.raises(DeliveryFailed, match="ConnectionRefusedError"):
        WebhookHandler(local(port))(delivery())


def test_an_outbox_is_posted() -> None:
    """From an award to the receiver, once."""
    told = PointsPolicy(notices=frozenset({PointsNotice.ADDED}))
    beans = Program("beans", currency="EUR", timezone="UTC", points=told)
    shop = Loyalty(MemoryStore(), [beans], actor="till")
    shop.customers.register("ada")
    shop.points.award("ada", 120, reason="welcome", key="w-1")
    receiver = Receiver()
    with served(receiver) as port:
        hook = WebhookHandler(local(port))
        assert (shop.outbox.deliver(hook).delivered, shop.outbox.deliver(hook).delivered) == (1, 0)
    assert json.loads(receiver.came[0][2])["data"]["details"]["points"] == 120


# What a receiver checks


def test_the_public_example_is_verified() -> None:
    """Of Standard Webhooks; names of headers compare without case, and other schemes beside it do not matter."""
    assert verify(HEADERS, BODY, [OLD], now=THEN) == HEADERS["webhook-id"]
    headers = {name.title(): value for name, value in HEADERS.items()}
    headers["Webhook-Signature"] = f"v1a,abc= v2,zzz {headers['Webhook-Signature']}"
    assert verify(headers, BODY, [OLD], now=THEN) == HEADERS["webhook-id"]


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"webhook-id": "msg_other"}, "webhook-signature"),
        ({"webhook-id": ""}, "webhook-id"),
        ({"webhook-timestamp": "1614265331"}, "webhook-signature"),
        ({"webhook-timestamp": ""}, "webhook-timestamp"),
        ({"webhook-timestamp": "16142653.3"}, "webhook-timestamp"),
        ({"webhook-timestamp": "9" * 13}, "webhook-timestamp"),
        ({"webhook-timestamp": "²"}, "webhook-timestamp"),
        ({"webhook-signature": ""}, "webhook-signature"),
        ({"webhook-signature": "v1,"}, "webhook-signature"),
        ({"webhook-signature": "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "webhook-signature"),
        ({"webhook-signature": "é"}, "webhook-signature"),
        ({"webhook-signature": " ".join(["v1,x"] * 20 + [HEADERS["webhook-signature"]])}, "webhook-signature"),
    ],
)
def test_what_was_changed_is_refused(changed: dict[str, str], path: str) -> None:
    """The error says which header is wrong."""
    with pytest.raises(InvalidInput) as caught:
        verify({**HEADERS, **changed}, BODY, [OLD], now=THEN)
    assert caught.value.path == path


def test_another_body_or_secret_is_refused() -> None:
    """And a webhook without a secret is nobody's."""
    for body, secrets in ((BODY + b" ", [OLD]), (BODY, [NEW]), (BODY, [])):
        with pytest.raises(InvalidInput) as caught:
            verify(HEADERS, body, secrets, now=THEN)
        assert caught.value.path == "webhook-signature"


def test_an_old_webhook_is_refused() -> None:
    """Five minutes before or after are good, a microsecond more is not; the tolerance is the receiver's to say."""
    minutes, micro = timedelta(minutes=5), timedelta(microseconds=1)
    for now in (THEN + minutes, THEN - minutes):
        verify(HEADERS, BODY, [OLD], now=now)
    for now in (THEN + minutes + micro, THEN - minutes - micro):
        with pytest.raises(InvalidInput) as caught:
            verify(HEADERS, BODY, [OLD], now=now)
        assert caught.value.path == "webhook-timestamp"
    verify(HEADERS, BODY, [OLD], now=THEN + timedelta(days=1), tolerance=timedelta(days=1))


# Settings


def test_secrets_are_not_shown() -> None:
    """Neither in a log nor in the message of an error."""
    assert "MfKQ" not in repr(WebhookSettings(url="https://example.org", secrets=[OLD]))
    with pytest.raises(InvalidInput) as caught:
        WebhookSettings(url="https://example.org", secrets=["whsec_c2hvcnQ="])
    assert "c2hvcnQ" not in str(caught.value)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_*", "short", b"short", b"x" * 65, None, 5])
def test_a_secret_is_long_enough(secret: Any) -> None:
    """24 to 64 bytes."""
    with pytest.raises(InvalidInput):
        read_secret(secret, "secret")


@pytest.mark.parametrize(
    ("fields", "path", "kind"),
    [
        ({"url": "http://example.org"}, "url", InvalidInput),
        ({"url": "ftp://example.org", "has_plain_http": True}, "url", InvalidInput),
        ({"url": "example.org"}, "url", InvalidInput),
        ({"url": "https://"}, "url", InvalidInput),
        ({"url": "https://user:word@example.org"}, "url", InvalidInput),
        ({"url": "https://example.org/#a"}, "url", InvalidInput),
        ({"url": "https://example.org/a b"}, "url", InvalidInput),
        ({"url": "https://example.org/\r\nx: y"}, "url", InvalidInput),
        ({"url": "https://exämple.org"}, "url", InvalidInput),
        ({"url": "https://example.org:99999"}, "url", InvalidInput),
        ({"url": "https://[::1"}, "url", InvalidInput),
        ({"url": f"https://example.org/{'a' * 2_048}"}, "url", LimitExceeded),
        ({"url": None}, "url", InvalidInput),
        ({"secrets": []}, "secrets", InvalidInput),
        ({"secrets": OLD}, "secrets", InvalidInput),
        ({"secrets": [OLD] * 6}, "secrets", LimitExceeded),
        ({"secrets": [OLD, "x"]}, "secrets[1]", InvalidInput),
        ({"timeout_seconds": 0}, "timeout_seconds", InvalidInput),
        ({"timeout_seconds": True}, "timeout_seconds", InvalidInput),
        ({"timeout_seconds": 301}, "timeout_seconds", LimitExceeded),
        ({"has_plain_http": 1}, "has_plain_http", InvalidInput),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields: dict[str, Any], path: str, kind: type[LoyaltyError]) -> None:
    """And the error says which."""
    with pytest.raises(kind) as caught:
        WebhookSettings(**{"url": "https://example.org/hook", "secrets": [OLD], **fields})
    assert caught.value.details["path"] == path


def test_arguments_of_the_wrong_type_are_refused() -> None:
    """Of the handler."""
    wrong: Any = object()
    with pytest.raises(InvalidInput):
        WebhookHandler(wrong)
    with pytest.raises(InvalidInput):
        WebhookHandler(local(1), clock=wrong)
