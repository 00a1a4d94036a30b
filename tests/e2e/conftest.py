"""A real server of the app and a real browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from core.access.model import Role

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A browser that a closed network must not slow down: it looks up nothing by itself.
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_LIMIT_S = 180
expect.set_options(timeout=20_000)


@dataclass
class Server:
    """The app in a process of its own; `kill` and `start` again to see what survives."""

    data: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("COACH_")},
            "COACH_DATA_DIR": str(self.data / "var"),
            "COACH_KNOWLEDGE_DIRS": str(self.data / "knowledge"),
            "COACH_PHRASING": "false",
            "PORT": str(self.port),
            **self.environment,
        }
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        limit = time.monotonic() + START_LIMIT_S
        while not self.ready():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < limit, self.log
            time.sleep(0.05)

    def ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/api/ready", timeout=2) as response:
                return response.status == 200
        except (URLError, OSError):
            return False

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    @property
    def log(self) -> str:
        return (self.data / "server.log").read_text(errors="replace")


class Windows:
    """Lends pages, each in a browser context of its own.

    A context that was given back remembers nobody, but has the app's scripts: a new one loads and compiles them again.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[BrowserContext]] = {}
        self._lent: list[tuple[str, BrowserContext]] = []

    def lend(self, **options: Any) -> Page:
        kind = str(sorted(options.items()))
        free = self._free.get(kind)
        context = free.pop() if free else self._browser.new_context(reduced_motion="reduce", **options)
        self._lent.append((kind, context))
        return context.new_page()

    def take_back(self) -> None:
        """Forget who used them."""
        for kind, context in self._lent:
            for page in context.pages:
                page.evaluate("location.protocol.startsWith('http') && (localStorage.clear(), sessionStorage.clear())")
                page.close()
            context.clear_cookies()
            self._free.setdefault(kind, []).append(context)
        self._lent.clear()


def sign_in(page: Page, server: Server, name: str, role: Role = Role.TRAINER, path: str = "/") -> Page:
    """Become somebody, whoever used this browser before."""
    answered = page.request.post(f"{server.url}/api/sign-in", form={"name": name, "role": str(int(role))})
    assert answered.ok
    page.goto(f"{server.url}{path}")
    return page


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="package")
def make_server(
    tmp_path_factory: pytest.TempPathFactory, library_folder: Path, library_file: Path
) -> Iterator[Callable[..., Server]]:
    """Starts the app on a data folder of its own: empty, or with the library that the embedded store has indexed."""
    servers: list[Server] = []

    def make(*, indexed: bool = True, **environment: str) -> Server:
        data = tmp_path_factory.mktemp("server")
        shutil.copytree(library_folder, data / "knowledge")
        if indexed and "COACH_VECTOR_STORE" not in environment:
            (data / "var").mkdir()
            shutil.copy(library_file, data / "var" / "coach.db")
        server = Server(data, free_port(), environment)
        servers.append(server)
        server.start()
        return server

    yield make
    for server in servers:
        server.stop()


@pytest.fixture(scope="package")
def server(make_server: Callable[..., Server]) -> Server:
    """The one that most tests share, on embedded parts; it starts from nothing."""
    return make_server(indexed=False)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = next((path for name in SYSTEM_BROWSERS if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest.fixture
def new_page(windows: Windows, server: Server) -> Iterator[Callable[..., Page]]:
    """Opens a page as somebody new: a browser that remembers nobody, signed in under a name and a role."""

    def open_page(name: str = "", role: str = "Trainer", at: Server = server, path: str = "/") -> Page:
        page = windows.lend(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(30_000)
        if name:
            page.goto(f"{at.url}/api/sign-in")
            page.get_by_label("Name").fill(name)
            page.get_by_label(role).check()
            page.get_by_role("button", name="Sign in").click()
        page.goto(f"{at.url}{path}")
        return page

    yield open_page
    windows.take_back()


@pytest.fixture
def product_page(windows: Windows) -> Iterator[Callable[..., Page]]:
    """Opens a page of a server as a product manager, in a window of a width, a theme and a time zone."""

    def open_page(
        at: Server, path: str, *, width: int = 1280, theme: Literal["light", "dark"] = "light", zone: str = "UTC"
    ) -> Page:
        page = windows.lend(viewport={"width": width, "height": 1400}, color_scheme=theme, timezone_id=zone)
        page.set_default_timeout(60_000)
        return sign_in(page, at, "Paula", Role.PRODUCT, path)

    yield open_page
    windows.take_back()
