from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from starlette.testclient import TestClient

import app
from core.access.model import Role
from core.access.tokens import COOKIE
from core.bootstrap import Services
from core.settings import ROOT
from tests.shared import shared_services

PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory, library_folder: Path) -> Iterator[Services]:
    data = str(tmp_path_factory.mktemp("data"))
    with shared_services(
        COACH_DATA_DIR=data, COACH_KNOWLEDGE_DIRS=str(library_folder), COACH_PHRASING="false"
    ) as services:
        yield services


def scheduler_runs() -> bool:
    return any(thread.name == "APScheduler" for thread in threading.enumerate())


def test_services_and_scheduler_run_as_long_as_the_server(services: Services) -> None:
    async def serve() -> None:
        async with app.lifespan(app.make_app(services.settings)):
            assert app.running() is services
            assert scheduler_runs()

    assert app.running() is None
    with start_blocking_portal() as portal:  # this thread may belong to Playwright's loop
        portal.call(serve)
    assert app.running() is None
    assert not scheduler_runs()


@pytest.fixture(scope="module")
def server(services: Services) -> Iterator[TestClient]:
    """The whole application, started. Streamlit allows one in a process."""
    with TestClient(app.make_app(services.settings), "http://127.0.0.1:8501", follow_redirects=False) as client:
        yield client


@pytest.fixture
def browser(server: TestClient) -> TestClient:
    """A browser that was never here before."""
    server.cookies.clear()
    return server


def test_the_started_server_is_ready(browser: TestClient, services: Services) -> None:
    assert browser.get("/api/ready").json() == {"status": "ready"}
    assert app.running() is services


def test_the_console_is_at_the_root_and_signs_a_first_visitor_in(browser: TestClient, services: Services) -> None:
    response = browser.get("/", headers=PAGE)
    assert response.status_code == 200
    assert '<div id="root">' in response.text
    actor = services.sessions.actor(response.cookies[COOKIE])
    assert actor is not None
    assert actor.role is Role.ADMIN


def test_who_signs_in_by_the_form_stays_who_they_are(browser: TestClient, services: Services) -> None:
    assert browser.post("/api/sign-in", data={"name": "Ana", "role": "1"}).status_code == 303
    assert "set-cookie" not in browser.get("/", headers=PAGE).headers
    actor = services.sessions.actor(browser.cookies[COOKIE])
    assert actor is not None
    assert (actor.name, actor.role) == ("Ana", Role.TRAINER)


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/sign-in", "/_stcore/health"])
def test_every_answer_has_the_security_headers(browser: TestClient, path: str) -> None:
    headers = browser.get(path, headers=PAGE).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/api/health", "/_stcore/health"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8501", ""])
def test_a_request_for_another_host_is_refused(browser: TestClient, path: str, host: str) -> None:
    response = browser.get(path, headers=PAGE | {"host": host})
    assert response.status_code == 400
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("host", ["localhost:8600", "127.0.0.1", "[::1]:8501"])
def test_a_request_for_this_computer_is_answered(browser: TestClient, host: str) -> None:
    assert browser.get("/api/health", headers={"host": host}).status_code == 200


def run() -> subprocess.CompletedProcess[str]:
    """Run the server as an operator does, where it cannot come up."""
    command = [sys.executable, "app.py"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def test_a_port_that_is_taken_is_said_in_a_sentence(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        ended = run()
    assert ended.returncode == 1
    assert ended.stderr == (
        f"Cannot start: 127.0.0.1:{port} cannot be used (Address already in use); "
        "choose another port: PORT=8600 make run\n"
    )


def test_a_database_that_is_away_is_said_in_a_sentence(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setenv("DATABASE_URL", "postgresql://coach:secret-word@127.0.0.1:1/coach")
    ended = run()
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("Cannot start: The database does not answer")
    assert "Traceback" not in ended.stderr
    assert "secret-word" not in ended.stderr


def test_a_setting_that_cannot_be_used_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COACH_HOST", "0.0.0.0")
    with pytest.raises(SystemExit, match="1"):
        app.main()
    said = capsys.readouterr().err
    assert said.startswith("Cannot start: COACH_HOST=0.0.0.0 is reachable from outside")
    assert said.count("\n") == 1
