from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from threading import Event

import pytest
from sqlmodel import text

from core.bootstrap import Services
from core.database import Database
from core.errors import ServiceUnavailable
from core.monitoring.job_records import job_states
from scheduler.jobs import Job
from scheduler.lease import Lease
from scheduler.runner import Runner

MakeServices = Callable[..., Services]
OFTEN, NEVER = 1, 10**6


@pytest.fixture
def services(make_services: MakeServices, database: Database) -> Services:
    return make_services(database_url=database.url.render_as_string(hide_password=False))


@pytest.fixture
def another(services: Services) -> Lease:
    """The lease of another server."""
    return Lease(services.database, services.clock, "scheduler", "another server", timedelta(minutes=1))


def failing(error: Exception) -> Job:
    def fail(_services: Services) -> None:
        raise error

    return Job("failing", NEVER, fail)


def test_a_job_runs_with_the_services(services: Services) -> None:
    given: list[Services] = []
    assert Runner(services, ()).run(Job("job", NEVER, given.append))
    assert given == [services]


def test_while_another_server_has_the_lease_no_job_runs(services: Services, another: Lease) -> None:
    another.take()
    given: list[Services] = []
    runner = Runner(services, ())
    assert not runner.run(Job("job", NEVER, given.append))
    another.release()
    assert runner.run(Job("job", NEVER, given.append))
    assert given == [services]


def test_of_two_servers_one_runs_the_jobs(services: Services, make_services: MakeServices) -> None:
    other = make_services(database_url=services.settings.database)
    runners = [Runner(services, ()), Runner(other, ())]
    given: list[Services] = []
    assert [runner.run(Job("job", NEVER, given.append)) for runner in runners * 2] == [True, False] * 2
    assert given == [services, services]


@pytest.mark.parametrize(
    ("error", "level", "reason"),
    [
        (ServiceUnavailable("Pinecone", "Pinecone does not answer."), logging.WARNING, "Pinecone does not answer."),
        (ZeroDivisionError(), logging.ERROR, None),
    ],
)
def test_a_failure_is_logged_and_the_next_run_comes(
    services: Services, caplog: pytest.LogCaptureFixture, error: Exception, level: int, reason: str | None
) -> None:
    runner, given = Runner(services, ()), list[Services]()
    with caplog.at_level(logging.WARNING, "scheduler"):
        assert runner.run(failing(error))
    (record,) = caplog.records
    assert (record.message, record.levelno, record.__dict__["job"]) == ("job_failed", level, "failing")
    assert record.__dict__.get("reason") == reason
    assert runner.run(Job("job", NEVER, given.append))
    assert given


def test_a_database_that_is_away_is_logged_and_no_job_runs(
    make_services: MakeServices, caplog: pytest.LogCaptureFixture
) -> None:
    runner = Runner(make_services(database_url="postgresql://nobody@127.0.0.1:1/nothing"), ())
    given: list[Services] = []
    with caplog.at_level(logging.WARNING, "scheduler"):
        runner.run(Job("job", NEVER, given.append))
    assert given == []
    assert "The database does not answer" in caplog.records[0].__dict__["reason"]


def test_the_jobs_run_by_themselves_and_come_again_after_a_failure(services: Services) -> None:
    failed, ran_again = Event(), Event()

    def fail_once(_services: Services) -> None:
        if failed.is_set():
            ran_again.set()
            return
        failed.set()
        raise ZeroDivisionError

    runner = Runner(services, [Job("often", OFTEN, fail_once)])
    runner.start()
    try:
        assert ran_again.wait(30)
    finally:
        runner.stop()


def test_at_its_stop_the_lease_is_free_for_another_server(services: Services, another: Lease) -> None:
    runner = Runner(services, ())
    runner.start()
    runner.run(Job("job", NEVER, lambda _services: None))
    assert not another.take()
    runner.stop()
    assert another.take()


def test_it_stops_also_when_the_database_is_away(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    runner = Runner(services, ())
    runner.start()
    with closing(services.database), services.database.begin() as session:
        session.execute(text("DROP TABLE leases"))
    with caplog.at_level(logging.WARNING, "scheduler"):
        runner.stop()
    assert [record.message for record in caplog.records] == ["lease_kept"]


def test_how_each_run_ended_is_kept(services: Services) -> None:
    runner = Runner(services, ())
    runner.run(Job("job", NEVER, lambda _services: None))
    runner.run(failing(ServiceUnavailable("Pinecone", "Pinecone does not answer.")))
    runner.run(failing(ZeroDivisionError()))
    with services.database.read() as session:
        states = {row.name: row for row in job_states(session)}
    assert (states["job"].runs, states["job"].failures, states["job"].error) == (1, 0, "")
    assert states["job"].succeeded_at == states["job"].ended_at
    assert (states["failing"].runs, states["failing"].failures) == (2, 2)
    assert (states["failing"].succeeded_at, states["failing"].error) == (None, "ZeroDivisionError")
