"""The door of the house: `nox -l` lists what can be run, `nox -s NAME` runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["tests", "lint", "typing", "docs"]

PYTHONS = ["3.11", "3.12", "3.13"]
GATED = PYTHONS[0]
"""The interpreter under which coverage is measured: measuring is slow, and once is enough."""

COVERING = [
    "tests/property/test_batches.py",
    "tests/property/test_query.py",
    "tests/unit",
    "tests/examples",
    "src/loyalcore/domain",
    "src/loyalcore/query",
    "src/loyalcore/values",
]
"""What reaches every branch of the core, what takes longest first: measuring slows, so that the rest runs without."""

SPREAD = ("--dist", "loadscope", "--no-loadscope-reorder")
"""How: the examples of a page and the tests of a module or class together, the long ones not last for being few."""
WORKERS = ("-n", "2", *SPREAD)
"""Over how many processes the tests are spread."""
WAITING = ("-n", "4", *SPREAD)
"""For tests that wait for databases and other processes half of their time."""

ONCE = [
    "tests/contract",
    "tests/corpus",
    "tests/property/test_machine.py",
    "tests/property/test_simulation.py",
    "tests/unit/testing/history",
]
"""What takes long and asks more of the databases than of the interpreter: run under the first one only."""

SELDOM = [
    "tests/contract/test_postgres.py::TestPostgresInPartitions",
    *(
        f"tests/contract/{store}::{name}"
        for store in (
            "test_django_store.py::TestDjangoOnSqlite",
            "test_django_store.py::TestDjangoOnPostgres",
            "test_postgres.py::TestPostgresInBulk",
        )
        for name in ("test_a_retry_mends_a_crash", "test_a_script_leaves_the_same_records")
    ),
]
"""What only the session `contract` runs: partitions without bulk, and what takes longest on further stores, which is
tried always in memory, on a file, on PostgreSQL and on the store of plain sqlite3."""

TYPED = ["src", "tests", "examples", "benchmarks", "docs/conf.py", "conftest.py", "noxfile.py"]

SIMULATION = ("-m", "loyalcore.testing.simulation")

PROJECT = nox.project.load_toml("pyproject.toml")
BUILD = Path("build")


def install(session: nox.Session, *groups: str, package: tuple[str, ...] = ("-e", ".[postgresql,testing]")) -> None:
    """Install the package, and the dependency groups that the session needs."""
    session.install(*package, *nox.project.dependency_groups(PROJECT, *groups))


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run everything under tests/, the doctests and the examples of the docs; demand full coverage of the core.

    Other interpreters than the first leave out what asks the databases rather than them, and try the laws on fewer
    examples: a law holds or not whatever runs it.
    """
    install(session, "tests")
    profile = {"HYPOTHESIS_PROFILE": "ci" if session.python == GATED else "again"}
    if session.python != GATED or session.posargs:
        chosen = session.posargs or [*WORKERS, *(f"--ignore={path}" for path in ONCE)]
        session.run("python", "-m", "pytest", *chosen, env=profile)
        return
    session.run("coverage", "run", "-m", "pytest", *WORKERS, *COVERING, env=profile)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report", "--fail-under=100")
    left_out = [*(f"--ignore={path}" for path in COVERING), *(f"--deselect={name}" for name in SELDOM)]
    session.run("python", "-m", "pytest", *WAITING, *left_out, env=profile)


@nox.session(name="property")
def property_(session: nox.Session) -> None:
    """Look for counterexamples of the laws with the long profile."""
    install(session, "tests")
    session.run("python", "-m", "pytest", "tests/property", *session.posargs, env={"HYPOTHESIS_PROFILE": "nightly"})


@nox.session
def contract(session: nox.Session) -> None:
    """Hold every store to the contract with the long profile."""
    install(session, "tests")
    session.run("python", "-m", "pytest", "tests/contract", *session.posargs, env={"HYPOTHESIS_PROFILE": "nightly"})


@nox.session
def kills(session: nox.Session) -> None:
    """Kill writers, clients and a server in the middle of their work, many times, and show the figures."""
    install(session, "tests")
    profile = {"LOYALCORE_KILLS": "long", "LOYALCORE_REQUIRE_PG": "1"}
    session.run("python", "-m", "pytest", "tests/contract/test_kills.py", *session.posargs, env=profile)


@nox.session
def contention(session: nox.Session) -> None:
    """Let sixteen processes want the same thing at once, on SQLite and PostgreSQL, and show the figures."""
    install(session, "tests")
    session.run("python", "-m", "loyalcore.testing.history.contention", *session.posargs)


@nox.session
def simulation(session: nox.Session) -> None:
    """Play hosts, faults and interleavings with the long profile: in memory, on SQLite, and on PostgreSQL."""
    install(session, "tests")
    if session.posargs:
        session.run("python", *SIMULATION, *session.posargs)
        return
    for store, steps in (("memory", 1_000_000), ("sqlite", 100_000), ("sqlite-file", 100_000), ("postgresql", 20_000)):
        session.run("python", *SIMULATION, "--store", store, "--steps", str(steps))


@nox.session
def typing(session: nox.Session) -> None:
    """Check all types, and that the public ones are complete."""
    install(session, "typing")
    session.run("mypy", "--strict", *TYPED)
    session.run("pyright")
    session.run("pyright", "--verifytypes", "loyalcore", "--ignoreexternal")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, form, and the floors of the house."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-cache")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the docs without a warning; `tests` runs their examples."""
    install(session, "docs")
    session.run("sphinx-build", "-n", "-W", "--keep-going", "-q", "-b", "html", "docs", str(BUILD / "docs"))


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure the speed against the floors; the figures are kept in benchmarks/README.md."""
    install(session, "benchmarks")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build the archives and import what they install."""
    install(session, "build", package=())
    out = BUILD / "dist"
    shutil.rmtree(out, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(out))
    (wheel,) = out.glob("*.whl")
    session.install(f"{wheel}[sqlalchemy]")
    session.chdir(session.create_tmp())
    session.run(
        "python", "-c", "from importlib.resources import files; assert (files('loyalcore') / 'py.typed').is_file()"
    )
    session.run("python", "-c", "from loyalcore import *")


@nox.session(python=GATED)
def coverage(session: nox.Session) -> None:
    """Measure the coverage of everything, and show it as pages."""
    install(session, "tests")
    session.run(
        "coverage", "run", "--source=loyalcore", "-m", "pytest", *session.posargs, env={"HYPOTHESIS_PROFILE": "ci"}
    )
    session.run("coverage", "html")
    session.run("coverage", "report")


@nox.session
def quickstart(session: nox.Session) -> None:
    """Replay real orders through a program: `nox -s quickstart`, or `nox -s quickstart -- FOLDER` for the results."""
    session.install(".[sqlalchemy]", "pip")
    folder = Path(session.create_tmp())
    wheel_only = ("--quiet", "--no-deps", "--only-binary=:all:", f"--dest={folder}")
    session.run("python", "-m", "pip", "download", *wheel_only, "lifetimes==0.11.3")
    (wheel,) = (path for path in folder.glob("*.whl") if path.name.lower().startswith("lifetimes-0.11.3-"))
    if session.posargs:
        out = Path(session.posargs[0])
    else:
        out = BUILD / "quickstart"
        shutil.rmtree(out, ignore_errors=True)
    session.run("python", "examples/quickstart/run.py", str(wheel), str(out))
