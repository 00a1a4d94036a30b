"""The library when its parts fail, at each moment of a start and of a question."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Barrier

import pytest

from core.adapters.onnx_embedder import OnnxEmbedder
from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.ports import Embedder, VectorStore
from tests.broken import BrokenEmbedder, BrokenStore
from tests.core.knowledge.files import load, squat
from tests.core.knowledge.libraries import Watched, found, kept, library, synced, warnings
from tests.house import House, MovableClock

PASSAGES = 66
WATER = {"id": "water", "name": "Water jog", "how": ["Run in deep water with a belt."]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of more passages than are embedded at once."""
    folder = tmp_path / "library"
    folder.mkdir()
    load(folder, a_json=[*(squat(id=f"squat-{number}") for number in range(PASSAGES - 1)), squat(**WATER)])
    return folder


@pytest.fixture(params=["store", "embedder"])
def failing(request: pytest.FixtureRequest, database: Database, embedder: OnnxEmbedder) -> tuple[Embedder, VectorStore]:
    """An embedder and a store, one of which does not answer."""
    if request.param == "store":
        return embedder, BrokenStore()
    return BrokenEmbedder(embedder.name), StoredVectors(database)


def test_a_part_that_is_down_while_indexing_leaves_the_words(
    database: Database, failing: tuple[Embedder, VectorStore], folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    embedder, store = failing
    knowledge = synced(database, embedder, folder, store)
    assert warnings(caplog) == ["knowledge_not_indexed"]
    assert kept(database) == (PASSAGES, [False])
    assert found(knowledge, "jogging in water") == ["exercise/water"]
    assert knowledge.index() is False


def test_what_could_not_be_indexed_is_indexed_once_the_part_is_back(
    database: Database, failing: tuple[Embedder, VectorStore], embedder: OnnxEmbedder, folder: Path
) -> None:
    synced(database, failing[0], folder, failing[1])
    knowledge = synced(database, embedder, folder)
    assert kept(database) == (PASSAGES, [True])
    assert found(knowledge, "swimming pool", embedder)[0] == "exercise/water"


@pytest.mark.parametrize("call", [1, 2], ids=["before the first vector", "between two batches"])
def test_a_process_killed_while_indexing_is_made_good_by_the_next(
    call: int, database: Database, embedder: OnnxEmbedder, folder: Path
) -> None:
    with pytest.raises(SystemExit):
        synced(database, Watched(embedder, dies_at=call), folder)
    assert kept(database) == (PASSAGES, [False])
    next_process = Watched(embedder)
    knowledge, store = synced(database, next_process, folder), StoredVectors(database)
    assert (len(next_process.texts), kept(database)) == (PASSAGES, (PASSAGES, [True]))
    assert len(store.ids(f"knowledge-{knowledge.version}-watched")) == PASSAGES


def test_the_scheduler_indexes_what_a_start_could_not(database: Database, embedder: OnnxEmbedder, folder: Path) -> None:
    dying = Watched(embedder, dies_at=1)
    knowledge = library(database, dying, folder)
    with pytest.raises(SystemExit):
        knowledge.sync()
    assert knowledge.index() is True
    assert (kept(database), found(knowledge, "swimming pool", embedder)[0]) == ((PASSAGES, [True]), "exercise/water")


class Together(Watched):
    """An embedder that waits, at the first question for its name, until every server has come to the same place."""

    def __init__(self, inner: Embedder, barrier: Barrier) -> None:
        self.barrier: Barrier | None = None
        super().__init__(inner)
        self.barrier = barrier

    @property
    def name(self) -> str:
        if self.barrier is not None:
            barrier, self.barrier = self.barrier, None
            barrier.wait(timeout=20)
        return "together"

    @name.setter
    def name(self, _name: str) -> None:
        """The name is fixed."""


@pytest.fixture
def servers(database: Database) -> Iterator[list[Database]]:
    """Four servers' own connections to one database."""
    url = database.url.render_as_string(hide_password=False)
    with ExitStack() as opened:
        yield [opened.enter_context(closing(Database(url))) for _ in range(4)]


def test_servers_that_start_at_once_keep_one_snapshot(
    servers: list[Database], embedder: OnnxEmbedder, tmp_path: Path
) -> None:
    load(tmp_path, a_json=[squat()])
    barrier = Barrier(len(servers))

    def start(database: Database) -> str:
        return synced(database, Together(embedder, barrier), tmp_path).version

    with ThreadPoolExecutor(len(servers)) as pool:
        versions = set(pool.map(start, servers))
    assert (len(versions), kept(servers[0])) == (1, (1, [True]))


def test_a_store_that_is_down_while_retrieving_leaves_the_words(
    house: House, embedder: OnnxEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    question = "How much protein do I need?"
    knowledge = house.build(store=BrokenStore()).knowledge
    retrieved = knowledge.retrieve(question, embedder.embed([question])[0])
    assert retrieved == knowledge.retrieve(question, None)
    assert retrieved.found[0].passage.document_id == "guidance/protein-needs"
    assert warnings(caplog) == ["retrieval_without_vectors"]


def test_without_a_vector_only_words_are_asked_and_it_is_said(house: House) -> None:
    retrieved = house.knowledge.retrieve("How much protein do I need?", None)
    assert not retrieved.dense
    assert {found.similarity for found in retrieved.found} == {None}


def test_an_empty_database_that_is_not_migrated_is_an_error_and_not_an_empty_library(
    tmp_path: Path, embedder: OnnxEmbedder, clock: MovableClock
) -> None:
    load(tmp_path, a_json=[squat()])
    with closing(Database(f"sqlite:///{tmp_path / 'new.db'}")) as database, pytest.raises(Exception, match="refused a"):
        synced(database, embedder, tmp_path, clock=clock)
