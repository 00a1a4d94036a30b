"""A peer that lives in another environment, spoken to through :mod:`benchmarks.cache.peer_worker`."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cache.peer_contract import Peer
from core.ports import Embedder, Vector

CAPACITY = 1000
"""GPTCache's default size; redisvl has no limit."""
CHUNK = 500
"""Entries sent at once."""
PATIENCE = 20.0
"""Seconds that a peer may take to end."""


class PeerFailed(RuntimeError):
    """A peer's process ended before it was told to."""


class Subprocess(Peer):
    """A peer in another environment.

    Parameters
    ----------
    python : Path
        Interpreter of that environment.
    capacity : int
        Entries that the peer may hold, where it has a limit.

    Raises
    ------
    PeerFailed
        It does not start, or later, it ended or answered with an error; with the last line that it wrote.
    """

    def __init__(self, name: str, embedder: Embedder, python: Path, capacity: int = CAPACITY) -> None:
        self.name = name
        self.cpu_ms = 0.0
        """CPU milliseconds of the last lookup, of the peer's processes, without the embedding and the pipe."""
        self._embedder = embedder
        worker = Path(__file__).with_name("peer_worker.py")
        command = [str(python), "-P", str(worker), name, str(embedder.dimension), str(capacity)]
        with ExitStack() as opened:
            self._complaints = opened.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints, encoding="utf-8"
            )
            opened.callback(self._end)
            self.what = str(self._reply()["what"])
            self._opened = opened.pop_all()

    def lookup(self, question: str) -> str | None:
        """See :class:`Peer`."""
        reply = self._ask(do="lookup", question=question, vector=_text(self._embedder.embed([question])[0]))
        self.cpu_ms = reply["cpu_ms"]
        answer: str | None = reply["answer"]
        return answer

    def admit(self, question: str, answer: str) -> None:
        """See :class:`Peer`."""
        self.fill([question], [answer], self._embedder.embed([question]))

    def fill(self, questions: Sequence[str], answers: Sequence[str], vectors: Vector) -> None:
        """Keep many at once; `vectors` has shape (len(questions), dimension)."""
        for start in range(0, len(questions), CHUNK):
            part = slice(start, start + CHUNK)
            texts = [_text(vector) for vector in vectors[part]]
            self._ask(do="admit", questions=list(questions[part]), answers=list(answers[part]), vectors=texts)

    def clear(self) -> None:
        """See :class:`Peer`."""
        self._ask(do="clear")

    def close(self) -> None:
        """See :class:`Peer`."""
        self._opened.close()

    def _end(self) -> None:
        try:
            self._process.communicate(timeout=PATIENCE)  # the end of its input ends it
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _ask(self, **request: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # its last words say why
        return self._reply()

    def _reply(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._complaints.seek(0)
            lines = self._complaints.read().strip().splitlines()
            raise PeerFailed(f"{self.name} ended: {lines[-1] if lines else self._process.returncode}")
        reply: dict[str, Any] = json.loads(line)
        return reply


def _text(vector: Vector) -> str:
    return base64.b64encode(np.ascontiguousarray(vector, np.float32).tobytes()).decode()
