"""What the tests of mail send, and a real mail server in a thread of its own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from queue import Queue
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from loyalcore.domain.decision import Notice, NoticeRef
from loyalcore.domain.outbox import Delivery, Recipient

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)


def delivery(kind: str = "points_added", **person: Any) -> Delivery:
    """Make a delivery to somebody."""
    notice = Notice(
        ref=NoticeRef("live", "h1", "h1:beans:1:"),
        kind=kind,
        program_id="beans",
        at=AT,
        details={
            "points": 5,
            "reason": None,
            "tier": "Gold",
            "before": "<Silver>",
            "expires_on": "2026-02-28",
            "mark": 1,
        },
    )
    fields = {"customer_id": "c-1", "email": "ada@example.org", "first_name": "Ada", "last_name": "Lovelace", **person}
    return Delivery(notice=notice, recipient=Recipient(**fields), attempt=1)


class Letterbox:
    """What a mail server does with what it is handed in.

    Args:
        answers: What it answers to a step instead of taking it: `MAIL`, `RCPT`, `DATA`.
    """

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.letters: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.is_encrypted: list[bool] = []

    async def handle_MAIL(  # noqa: N802 - the name that the server calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" not in self.answers:
            envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - the name that the server calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" not in self.answers:
            content = envelope.content
            self.letters.append(content if isinstance(content, bytes) else b"")
            self.recipients.append(list(envelope.rcpt_tos))
            self.is_encrypted.append(session.ssl is not None)
        return self.answers.get("DATA", "250 OK")

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self.answers.get("QUIT", "221 Bye")


@contextmanager
def served(box: Letterbox, *, ssl_context: ssl.SSLContext | None = None, **settings: Any) -> Iterator[int]:
    """Run a mail server in a thread, and give its port."""
    ports: Queue[int] = Queue()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        server = await loop.create_server(
            lambda: SMTP(box, hostname="localhost", **settings), "127.0.0.1", 0, ssl=ssl_context
        )
        ports.put(server.sockets[0].getsockname()[1])
        await over.wait()
        server.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield ports.get(timeout=20)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(timeout=20)
        loop.close()


def authenticator(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """Let in who knows the password."""
    return AuthResult(success=(data.login, data.password) == (b"club", b"secret"), handled=False)


def contexts(folder: Any) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give the context of a server with the certificate of the tests, and that of a client who trusts it."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / "localhost.pem", folder / "localhost-key.pem")
    return serving, ssl.create_default_context(cafile=folder / "localhost.pem")
