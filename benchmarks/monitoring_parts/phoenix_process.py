"""Arize Phoenix as a process of its own: loopback only, no telemetry, its data in a folder that goes with it."""

from __future__ import annotations

import base64
import json
import os
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from time import clock_gettime, perf_counter, sleep
from typing import Any

import httpx

from core.settings import ROOT

ENVIRONMENT = "COACH_PHOENIX"
"""Environment variable: folder of Phoenix's virtual environment."""
FOLDER = ROOT / "benchmarks" / ".phoenix"
PATIENCE = 120.0
"""Seconds that it may take to start, to answer, or to keep one more span."""
_WORKER = Path(__file__).with_name("phoenix_worker.py")


class PhoenixFailed(RuntimeError):
    """It ended, did not start, answered with an error, or lost what it had acknowledged."""


def folder() -> Path:
    """Return where Phoenix's environment is, or would be."""
    return Path(os.environ.get(ENVIRONMENT) or FOLDER)


def interpreter() -> Path:
    """Return where the Python of Phoenix's environment is, or would be."""
    return folder() / "bin" / "python"


def settings(data: Path, port: int) -> dict[str, str]:
    """Return the process environment that Phoenix runs in: ours, less what would tell it something else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PHOENIX_", "OTEL_"))}
    return kept | {
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_WORKING_DIR": str(data),
        "PHOENIX_TELEMETRY_ENABLED": "false",
        "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
    }


def encode(requests: Sequence[Sequence[Mapping[str, Any]]]) -> list[bytes]:
    """Return each list of spans as the body of one OTLP request."""
    lines = "".join(json.dumps(spans) + "\n" for spans in requests)
    command = [str(interpreter()), "-P", str(_WORKER), "encode"]
    done = subprocess.run(command, input=lines, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise PhoenixFailed(f"phoenix is not installed: {_last(done.stderr) or done.returncode}")
    return [base64.b64decode(line) for line in done.stdout.splitlines()]


class Phoenix:
    """A new and empty Phoenix.

    Raises
    ------
    PhoenixFailed
        It does not start within :data:`PATIENCE`; with the last line that it wrote.
    """

    def __init__(self) -> None:
        with ExitStack() as opened:
            data = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="coach-phoenix-")))
            self._log, self._database = data / "phoenix.log", data / "phoenix.db"
            output = opened.enter_context(self._log.open("wb"))
            port = _free_port()
            self.http = opened.enter_context(
                httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, trust_env=False)
            )
            begun = perf_counter()
            self._process = subprocess.Popen(
                [str(interpreter()), "-P", str(_WORKER), "serve"],
                env=settings(data, port), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
            opened.callback(self.kill)
            self._ready()
            self.start_s = perf_counter() - begun
            self._opened = opened.pop_all()

    @property
    def pid(self) -> int:
        """Id of the server's process."""
        return self._process.pid

    def cpu_seconds(self) -> float:
        """CPU time that the server has used so far, of all its threads."""
        return clock_gettime((~self.pid << 3) | 2)  # clock_getcpuclockid(3), Linux

    def memory(self) -> tuple[int, int]:
        """Return bytes that the server holds now, and the most that it held."""
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{self.pid}/status").read_text().splitlines())
        now, most = (int(lines[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
        return now, most

    def bytes_on_disk(self) -> int:
        """Return the size of its SQLite files, the write-ahead log included."""
        return sum(file.stat().st_size for file in self._database.parent.glob("phoenix.db*"))

    def kept(self) -> int:
        """Return the spans that are committed, read past the server."""
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT count(*) FROM spans").fetchone()[0])

    def wait(self, count: int, every: float = 0.1) -> None:
        """Return when `count` spans are committed, looked for every so many seconds; acknowledged they are before."""
        found, begun = self.kept(), perf_counter()
        while found < count:
            sleep(every)
            before, found = found, self.kept()
            begun = perf_counter() if found > before else begun
            if perf_counter() - begun > PATIENCE:
                raise PhoenixFailed(f"phoenix kept {found} of {count} spans")

    def export(self, body: bytes) -> None:
        """Send one OTLP request, again where its queue is full."""
        for _ in range(int(PATIENCE / 0.1)):
            answer = self._post("/v1/traces", content=body, headers={"content-type": "application/x-protobuf"})
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return _checked(answer)
            sleep(0.1)
        raise PhoenixFailed("phoenix's queue stays full")

    def annotate(self, annotations: Sequence[Mapping[str, Any]]) -> None:
        """Keep annotations; they are committed when this returns."""
        _checked(self._post("/v1/span_annotations", params={"sync": "true"}, json={"data": list(annotations)}))

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data of a GraphQL query."""
        answer = self._post("/graphql", json={"query": query, "variables": variables})
        _checked(answer)
        found = answer.json()
        if found.get("errors"):
            raise PhoenixFailed(f"phoenix answered: {found['errors'][0]['message']}")
        data: dict[str, Any] = found["data"]
        return data

    def kill(self) -> None:
        """End the process at once (SIGKILL); what it has committed can still be counted."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it and remove its data."""
        self._opened.close()

    def _post(self, path: str, **given: Any) -> httpx.Response:
        try:
            return self.http.post(path, **given)
        except httpx.HTTPError as failed:
            raise PhoenixFailed(f"phoenix does not answer {path}: {type(failed).__name__}") from failed

    def _ready(self) -> None:
        until = perf_counter() + PATIENCE
        while perf_counter() < until and self._process.poll() is None:
            try:
                self.http.get("/healthz").raise_for_status()
                return
            except httpx.HTTPError:
                sleep(0.1)
        raise PhoenixFailed(f"phoenix did not start: {_last(self._log.read_text(errors='replace'))}")


def _checked(answer: httpx.Response) -> None:
    if answer.is_error:
        raise PhoenixFailed(f"phoenix answered {answer.url.path} with {answer.status_code}")


def _last(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
