from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select, update

from core.bootstrap import Services, build_services
from core.conversation.model import State
from core.knowledge.records import KnowledgeSnapshot
from core.semantic_cache.records import CacheEntry, CacheQuestion
from core.settings import Settings
from scheduler.jobs import JOBS, Job
from tests.house import MovableClock, person

QUESTION = "How much protein do I need to build muscle?"
BY_NAME = {job.name: job for job in JOBS}


@pytest.fixture
def services(library_url: str, tmp_path: Path, library_folder: Path, clock: MovableClock) -> Iterator[Services]:
    """Started on a library that is indexed already, with a clock that a test moves."""
    settings = Settings(
        data_dir=tmp_path, database_url=library_url, knowledge_dirs=(library_folder,), phrasing=False, _env_file=None
    )
    with closing(build_services(settings, clock)) as made:
        made.start()
        yield made


def run(services: Services, name: str) -> None:
    BY_NAME[name].run(services)


def test_the_jobs_have_names_of_their_own_and_come_again_within_minutes() -> None:
    assert len(BY_NAME) == len(JOBS)
    assert all(0 < job.seconds <= 600 for job in JOBS)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_may_run_twice_where_there_is_nothing_to_do(services: Services, job: Job) -> None:
    job.run(services)
    job.run(services)


def test_what_the_index_missed_is_put_there_and_found(services: Services) -> None:
    list(services.asking.ask(person(), QUESTION))
    with services.database.begin() as session:
        session.exec(update(CacheQuestion).values(indexed=False))
        (namespace,) = session.exec(select(CacheQuestion.namespace))
    services.store.drop(namespace)
    for _ in range(2):
        run(services, "cache.reconcile")
        assert len(services.store.ids(namespace)) == 1
    with services.database.read() as session:
        assert session.exec(select(CacheQuestion.indexed)).all() == [True]


def test_what_is_past_its_time_leaves_the_cache_and_the_index(services: Services, clock: MovableClock) -> None:
    list(services.asking.ask(person(), QUESTION))
    with services.database.read() as session:
        (namespace,) = session.exec(select(CacheQuestion.namespace))
    clock.pass_by(days=31)
    for _ in range(2):
        run(services, "cache.reconcile")
        with services.database.read() as session:
            assert session.exec(select(CacheEntry)).all() == []
        assert services.store.ids(namespace) == set()


def test_a_library_that_could_not_be_indexed_is_indexed_later(
    make_services: Callable[..., Services], library_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(library_folder / "guidance", tmp_path / "articles")
    shutil.copy(library_folder / "sources.json", tmp_path / "articles")
    services = make_services(knowledge_dirs=(tmp_path / "articles",))
    services.start()
    with services.database.begin() as session:
        (namespace,) = session.exec(select(KnowledgeSnapshot.namespace))
        session.exec(update(KnowledgeSnapshot).values(indexed=False))
    before = services.store.ids(namespace)
    services.store.drop(namespace)
    for _ in range(2):
        run(services, "knowledge.index")
        assert services.store.ids(namespace) == before
    with services.database.read() as session:
        assert session.exec(select(KnowledgeSnapshot.indexed)).all() == [True]


@pytest.mark.parametrize(("minutes", "state"), [(4, State.ANSWERING), (6, State.INTERRUPTED)])
def test_a_turn_that_no_server_can_be_at_any_more_is_ended(
    services: Services, clock: MovableClock, minutes: int, state: State
) -> None:
    parts = services.asking.ask(person(), QUESTION)
    next(parts)
    clock.pass_by(minutes=minutes)
    (conversation,) = services.conversations.listing(person())
    for _ in range(2):
        run(services, "conversations.recover")
        (turn,) = services.conversations.open(person(), conversation.id).turns
        assert turn.state is state
    parts.close()
