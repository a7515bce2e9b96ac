from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from loyalcore import Delivery, Loyalty, PointsNotice, PointsPolicy, Program
from loyalcore.adapters.mail import (
    TEMPLATES,
    MailHandler,
    MailSettings,
    MailTemplate,
    MailTemplates,
    Security,
    SmtpTransport,
)
from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.ledger import POINTS_KINDS
from loyalcore.domain.tiers import TIER_KINDS
from loyalcore.errors import DeliveryFailed, InvalidInput, LimitExceeded, LoyaltyError, Undeliverable
from tests.unit.adapters.mail._letters import Letterbox, authenticator, contexts, delivery, served

SENDER = "Beans <club@example.org>"
SETTINGS = MailSettings(host="mail.example.org", sender=SENDER)
FOLDER = Path(__file__).parent
AS_CLUB: dict[str, Any] = dict(zip(("username", "password"), ("club", "secret"), strict=True))
AS_EVE = {**AS_CLUB, "password": "guessed"}


def written(handler: Any = None, told: Delivery | None = None, **fields: Any) -> EmailMessage:
    """Write a mail, and give it as who receives it reads it."""
    sent: list[EmailMessage] = []
    (handler or MailHandler(SETTINGS, transport=sent.append, **fields))(told or delivery())
    read = message_from_bytes(sent[0].as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def local(port: int, security: Security = Security.NONE, **fields: Any) -> MailSettings:
    """Give the settings of the server of a test."""
    return MailSettings(host="127.0.0.1", port=port, sender=SENDER, security=security, timeout_seconds=10, **fields)


def part(message: EmailMessage, kind: str) -> str:
    """Give the text of a part."""
    body = message.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content.replace("\r\n", "\n")


# What is written


def test_a_mail_has_two_texts_and_its_headers() -> None:
    """A plain and an HTML text, and headers that are the same at every attempt."""
    message = written()
    assert message["From"] == "Beans <club@example.org>"
    assert message["To"] == "Ada Lovelace <ada@example.org>"
    assert message["Subject"] == "You have new points"
    assert message["Date"] == "Sat, 31 Jan 2026 12:00:00 +0000"
    assert message["Message-ID"] == f"<{delivery().id}@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None
    assert message["Reply-To"] is None
    assert part(message, "plain") == "Hello Ada,\n\n5 points were added to your account.\n"
    assert "<p>5 points were added to your account.</p>" in part(message, "html")


@pytest.mark.parametrize("kind", [*POINTS_KINDS, *TIER_KINDS], ids=lambda kind: kind.name)
def test_every_kind_about_points_and_tiers_has_a_template(kind: Any) -> None:
    """It names nothing that notices of the kind do not tell."""
    values = dict.fromkeys((*kind.details, "first_name"), "x")
    mail = TEMPLATES.find(kind.name, None).mail(values)
    assert mail.subject
    assert "$" not in f"{mail.subject}{mail.text}{mail.html}"


def test_who_has_no_name_is_called_by_the_id() -> None:
    """No mail says `Hello None`."""
    message = written(told=delivery(first_name=None, last_name=None))
    assert message["To"] == "ada@example.org"
    assert part(message, "plain").startswith("Hello c-1,")


def test_values_are_escaped_in_html_alone() -> None:
    """A name that is markup is shown as it is, and runs nothing."""
    message = written(told=delivery("tier_down", first_name="<script>alert('Ada')</script>"))
    html = part(message, "html")
    assert "<script" not in html
    assert "&lt;script&gt;alert(&#x27;Ada&#x27;)&lt;/script&gt;" in html
    assert "&lt;Silver&gt;" in html
    assert "Your level was <Silver>." in part(message, "plain")


def test_a_host_says_more() -> None:
    """Values of its own win over those of the notice; templates of its own over the shipped ones."""
    mine = TEMPLATES.including(
        {
            ("points_added", "en"): MailTemplate("${shop}: +${points}", "${first_name}, ${last_name}"),
            ("points_added", "de"): MailTemplate("${shop}: neue Punkte", "Hallo ${first_name}"),
        }
    )
    fields: dict[str, Any] = {"templates": mine, "values": lambda told: {"shop": "Beans", "first_name": "A."}}
    message = written(**fields)
    assert message["Subject"] == "Beans: +5"
    assert part(message, "plain") == "A., Lovelace\n"
    assert message.get_content_type() == "text/plain"
    assert written(told=delivery(language="de-AT"), **fields)["Subject"] == "Beans: neue Punkte"
    assert written(told=delivery("tier_up"), **fields)["Subject"] == "Your level is Gold"


@pytest.mark.parametrize(
    ("language", "subject"),
    [("pt-BR", "br"), ("PT_br", "br"), ("pt-PT", "pt"), ("pt", "pt"), ("fr", "en"), (None, "en"), ("", "en")],
)
def test_a_language_falls_back(language: str | None, subject: str) -> None:
    """From the country to the language, and from that to the default."""
    names = {("k", "pt-br"): "br", ("k", "PT"): "pt", ("k", "en"): "en"}
    templates = MailTemplates({name: MailTemplate(text, text) for name, text in names.items()})
    assert templates.find("k", language).subject == subject


def test_a_kind_without_a_template_is_set_aside() -> None:
    """Until the host has written one."""
    with pytest.raises(Undeliverable):
        written(told=delivery("unheard_of"))


@pytest.mark.parametrize(
    ("kind", "template", "message"),
    [
        ("points_addd", MailTemplate("s", "t"), "points_addd is no kind of notice; did you mean points_added?"),
        ("zzz", MailTemplate("s", "t"), "zzz is no kind of notice"),
        ("points_added", MailTemplate("${pints}", "t"), "names pints, which the notice does not have; did you mean"),
        ("points_added", MailTemplate("s", "t", "${tier}"), "names tier, which the notice does not have"),
    ],
)
def test_a_template_that_fits_no_notice_is_refused(kind: str, template: MailTemplate, message: str) -> None:
    """A slip of the pen is told when the handler is made; with values of the host's only a wrong kind is."""
    templates = TEMPLATES.including({(kind, "de"): template})
    with pytest.raises(InvalidInput) as caught:
        MailHandler(SETTINGS, templates=templates)
    assert message in caught.value.message
    assert caught.value.path == f"templates[{kind}, de]"
    if kind == "points_added":
        MailHandler(SETTINGS, templates=templates, values=lambda told: {"pints": "5"})


def test_a_template_that_names_what_is_not_there_is_set_aside() -> None:
    """A mail with a hole in it is not sent."""
    with pytest.raises(Undeliverable, match="'more'"):
        MailTemplate("a", "${more}").mail({"less": "1"})


@pytest.mark.parametrize("subject", ["a\r\nBcc: eve@example.org", "a\nb", "a\x00b", "a\u2028b"])
def test_nothing_breaks_out_of_the_subject(subject: str) -> None:
    """A value that would add a header is refused."""
    mine = TEMPLATES.including({("points_added", "en"): MailTemplate("${s}", "text")})
    with pytest.raises(Undeliverable):
        written(templates=mine, values=lambda told: {"s": subject})


@pytest.mark.parametrize(
    "email",
    [
        None,
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org, eve@example.org",
        "ada@example.org eve@example.org",
        "ada\n@example.org",
    ],
)
def test_who_has_no_address_is_set_aside(email: str | None) -> None:
    """No address, none that is one, two, and one that would add a header."""
    with pytest.raises(Undeliverable):
        written(told=delivery(email=email))


def test_a_name_that_would_add_a_header_is_left_out() -> None:
    """The mail goes to the address alone."""
    message = written(told=delivery(first_name="Ada\r\nBcc: eve@example.org"), templates=plain())
    assert message["To"] == "ada@example.org"
    assert message["Bcc"] is None


def plain() -> MailTemplates:
    """Give templates that name nobody."""
    return MailTemplates({("points_added", "en"): MailTemplate("s", "t")})


def test_one_unsubscribes_by_a_click() -> None:
    """With an address of the web both headers stand, with one of mail the first alone."""
    message = written(unsubscribe=lambda told: f"https://example.org/stop?who={told.recipient.customer_id}")
    assert message["List-Unsubscribe"] == "<https://example.org/stop?who=c-1>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    message = written(unsubscribe=lambda told: "mailto:stop@example.org")
    assert message["List-Unsubscribe"] == "<mailto:stop@example.org>"
    assert message["List-Unsubscribe-Post"] is None
    assert written(unsubscribe=lambda told: None)["List-Unsubscribe"] is None


@pytest.mark.parametrize("address", ["http://a.b", "https://a.b/>", "https://a.b/\r\nX: y", "javascript:1", 5, ""])
def test_an_address_to_unsubscribe_at_is_one(address: Any) -> None:
    """Anything else is refused, and nothing is sent."""
    with pytest.raises(Undeliverable):
        written(unsubscribe=lambda told: address)


# Settings


def test_a_password_is_not_shown() -> None:
    """Neither in a log nor in the message of an error."""
    settings = MailSettings(host="h", sender=SENDER, **AS_CLUB)
    assert "secret" not in repr(settings)
    with pytest.raises(InvalidInput) as caught:
        MailSettings(host="h", sender=SENDER, **AS_CLUB, security=Security.NONE)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("security", "port"), [(Security.STARTTLS, 587), (Security.TLS, 465), (Security.NONE, 25)])
def test_each_protection_has_its_port(security: Security, port: int) -> None:
    """Where none is said."""
    assert MailSettings(host="h", sender=SENDER, security=security).port == port


@pytest.mark.parametrize(
    ("fields", "path", "kind"),
    [
        ({"host": ""}, "host", InvalidInput),
        ({"sender": "club"}, "sender", InvalidInput),
        ({"sender": "a@b\r\nBcc: c@d"}, "sender", InvalidInput),
        ({"sender": "Beans <>"}, "sender", InvalidInput),
        ({"reply_to": "nobody"}, "reply_to", InvalidInput),
        ({"security": "tls"}, "security", InvalidInput),
        ({"port": 0}, "port", InvalidInput),
        ({"port": True}, "port", InvalidInput),
        ({"port": 65_536}, "port", InvalidInput),
        ({"timeout_seconds": 0}, "timeout_seconds", InvalidInput),
        ({"timeout_seconds": 301}, "timeout_seconds", LimitExceeded),
        ({"username": "club"}, "password", InvalidInput),
        ({"password": "secret"}, "password", InvalidInput),
        ({"username": 5, "password": "secret"}, "username", InvalidInput),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields: dict[str, Any], path: str, kind: type[LoyaltyError]) -> None:
    """And the error says which."""
    with pytest.raises(kind) as caught:
        MailSettings(**{"host": "h", "sender": SENDER, **fields})
    assert caught.value.details["path"] == path


def test_arguments_of_the_wrong_type_are_refused() -> None:
    """Of the handler, the templates, and one template."""
    wrong: Any = object()
    calls: list[Callable[[], object]] = [
        lambda: MailHandler(wrong),
        lambda: MailHandler(SETTINGS, templates=wrong),
        lambda: MailHandler(SETTINGS, values=wrong),
        lambda: MailHandler(SETTINGS, unsubscribe=wrong),
        lambda: MailHandler(SETTINGS, transport=wrong),
        lambda: MailTemplates(wrong),
        lambda: MailTemplates({("k", "en"): wrong}),
        lambda: MailTemplates({wrong: MailTemplate("a", "b")}),
        lambda: MailTemplates({}, default_language=wrong),
        lambda: MailTemplate(wrong, "b"),
        lambda: MailTemplate("5$", "b"),
        lambda: MailTemplate("a", "b" * 100_001),
        lambda: MailTemplate("a", "b", "${1}"),
    ]
    for call in calls:
        with pytest.raises(InvalidInput):
            call()


# A real server


def test_a_server_takes_a_mail() -> None:
    """In the clear, to one recipient, with both texts in it."""
    box = Letterbox()
    with served(box) as port:
        MailHandler(local(port, reply_to="help@example.org"))(delivery(first_name="Zoë"))
    read = message_from_bytes(box.letters[0], policy=default)
    assert read["To"] == "Zoë Lovelace <ada@example.org>"
    assert read["Reply-To"] == "help@example.org"
    assert box.recipients == [["ada@example.org"]]


def test_the_session_is_encrypted_and_signed_in() -> None:
    """With STARTTLS, and a user name and password; a wrong password is the settings' fault, so the notice waits."""
    box = Letterbox()
    serving, trusting = contexts(FOLDER)
    auth: dict[str, Any] = {"auth_require_tls": True, "authenticator": authenticator}
    with served(box, tls_context=serving, require_starttls=True, **auth) as port:
        settings = local(port, Security.STARTTLS, **AS_CLUB)
        MailHandler(settings, transport=SmtpTransport(settings, trusting))(delivery())
        wrong = local(port, Security.STARTTLS, **AS_EVE)
        with pytest.raises(DeliveryFailed, match="SMTPAuthenticationError"):
            MailHandler(wrong, transport=SmtpTransport(wrong, trusting))(delivery())
        with pytest.raises(DeliveryFailed, match="SSLCertVerificationError"):
            MailHandler(settings)(delivery())
    assert box.is_encrypted == [True]


def test_the_session_is_encrypted_from_its_beginning() -> None:
    """With TLS."""
    box = Letterbox()
    serving, trusting = contexts(FOLDER)
    with served(box, ssl_context=serving) as port:
        settings = local(port, Security.TLS)
        MailHandler(settings, transport=SmtpTransport(settings, trusting))(delivery())
    assert len(box.letters) == 1


def test_nothing_is_said_in_the_clear_where_encryption_is_asked_for() -> None:
    """A server without STARTTLS gets nothing."""
    box = Letterbox()
    with served(box) as port, pytest.raises(DeliveryFailed, match="SMTPNotSupportedError"):
        MailHandler(local(port, Security.STARTTLS))(delivery())
    assert box.letters == []


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"RCPT": "550 no such user"}, Undeliverable),
        ({"RCPT": "450 try later"}, DeliveryFailed),
        ({"DATA": "554 spam"}, Undeliverable),
        ({"DATA": "451 try later"}, DeliveryFailed),
        ({"MAIL": "550 who are you"}, DeliveryFailed),
        ({"MAIL": "451 try later"}, DeliveryFailed),
    ],
)
def test_answers_of_the_server_say_whether_to_try_again(answers: dict[str, str], kind: type[LoyaltyError]) -> None:
    """A refusal for good of the recipient or the message is final; of the sender, and for now, is not."""
    box = Letterbox(**answers)
    with served(box) as port, pytest.raises(kind) as caught:
        MailHandler(local(port))(delivery())
    assert "ada" not in str(caught.value)
    assert box.letters == []


def test_a_farewell_that_fails_changes_nothing() -> None:
    """What the server has taken is delivered."""
    box = Letterbox(QUIT="421 too late")
    with served(box) as port:
        MailHandler(local(port))(delivery())
    assert len(box.letters) == 1


def test_an_address_beyond_ascii_needs_a_server_that_knows_them() -> None:
    """One that does takes it; for one that does not the notice is set aside."""
    box = Letterbox()
    with served(box, enable_SMTPUTF8=True) as port:
        MailHandler(local(port))(delivery(email="zoë@example.org"))
    assert box.recipients == [["zoë@example.org"]]
    with served(box, enable_SMTPUTF8=False) as port, pytest.raises(Undeliverable):
        MailHandler(local(port))(delivery(email="zoë@example.org"))


def test_a_server_that_is_not_there_is_tried_again() -> None:
    """Nobody listens at that port any more."""
    with served(Letterbox()) as port:
        pass
    with pytest.raises(DeliveryFailed, match="ConnectionRefusedError"):
        MailHandler(local(port))(delivery())


def test_an_outbox_is_mailed() -> None:
    """From an award to the letter, once."""
    told = PointsPolicy(notices=frozenset({PointsNotice.ADDED}))
    beans = Program("beans", currency="EUR", timezone="UTC", points=told)
    shop = Loyalty(MemoryStore(), [beans], actor="till")
    shop.customers.register("ada")
    shop.customers.update("ada", email="ada@example.org", key="u-1")
    shop.points.award("ada", 120, reason="welcome", key="w-1")
    box = Letterbox()
    with served(box) as port:
        mail = MailHandler(local(port))
        assert (shop.outbox.deliver(mail).delivered, shop.outbox.deliver(mail).delivered) == (1, 0)
    assert b"120 points were added" in box.letters[0]
