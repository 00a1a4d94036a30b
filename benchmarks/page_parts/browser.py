"""A real browser that is only watched: driven by the few commands of the DevTools protocol that do not slow it down.

A test driver such as Playwright asks the browser to report every exception and every line on its console; while
Plotly's script runs, that alone takes a second more than a visitor waits.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell")
START_LIMIT_S = 60
ANSWER_LIMIT_S = 60
WINDOW = (1280, 900)
"""Pixels."""


class Tab:
    """One tab, by its session with the browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number, self._session = 0, ""
        self._target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]

    def cookie(self, url: str, name: str, value: str) -> None:
        """Set a cookie for the server of an address."""
        self._call("Network.setCookie", url=url, name=name, value=value)

    def watch(self, script: str) -> None:
        """Run a script in each page before its own ones."""
        self._call("Page.enable")
        self._call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def open(self, url: str) -> None:
        """Go to an address; return at once."""
        self._call("Page.navigate", url=url)

    def value(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        found = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{expression}: {found['exceptionDetails']['exception']['description']}")
        return found["result"].get("value")

    def close(self) -> None:
        """Close the tab."""
        self._call("Target.closeTarget", targetId=self._target)

    def _call(self, method: str, **given: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": given}
        if self._session and not method.startswith("Target."):
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(ANSWER_LIMIT_S))
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                found: dict[str, Any] = answer["result"]
                return found


@contextmanager
def tabs(profile: Path) -> Iterator[ClientConnection]:
    """Start a browser without a window that keeps what it loads in a folder; yield what :class:`Tab` is made of."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise SystemExit(f"no browser is installed; one of {', '.join(NAMES)} is needed")
    command = [program, *_options(profile), "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with connect(_address(profile, process), max_size=None) as socket:
                yield socket
        finally:
            process.terminate()


@contextmanager
def new_profile() -> Iterator[Path]:
    """Yield an empty folder for a browser."""
    folder = Path(tempfile.mkdtemp(prefix="page-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # a browser that ends may still write


def _options(profile: Path) -> Sequence[str]:
    size = ",".join(map(str, WINDOW))
    return ("--headless=new", "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-sync",
            "--disable-component-update", f"--window-size={size}", f"--user-data-dir={profile}",
            "--remote-debugging-port=0")  # fmt: skip


def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    told, until = profile / "DevToolsActivePort", monotonic() + START_LIMIT_S
    while process.poll() is None and monotonic() < until:
        lines = told.read_text().split() if told.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        sleep(0.05)
    raise SystemExit("the browser did not start")
