"""Serves a stand-in on a loopback port, and what stand-ins share: a record of exchanges, and faults on demand."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import uvicorn
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong once.

    Parameters
    ----------
    kind : str
        ``"status"``: answer with `status`. ``"hang"``: answer only after `seconds`. ``"cut"``: break the connection of
        a stream after `pieces`. ``"unfinished"``: end a stream after `pieces` as if it were whole. ``"partial"``: do
        half.
    path : str
        The fault waits for a request whose path ends so.
    """

    kind: Literal["status", "hang", "cut", "unfinished", "partial"]
    path: str = ""
    status: int = 500
    code: str | None = None
    retry_after: float | None = None
    seconds: float = 5.0
    pieces: int = 1


@dataclass(slots=True)
class Exchange:
    """One request and its answer, as they went over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, str]
    sent: Any
    status: int = 0
    answered: Any = None
    chunks: list[Any] = field(default_factory=list)
    abandoned: bool = False
    """Whether the client went away before the end of a stream."""


class StandIn:
    """Base of the stand-ins: what has been exchanged, and what will go wrong next."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self._faults: deque[Fault] = deque()
        self._lock = threading.Lock()

    def fail(self, fault: Fault, times: int = 1) -> None:
        """Let the next `times` fitting requests go wrong."""
        with self._lock:
            self._faults.extend([fault] * times)

    def asked(self, path: str = "") -> list[Exchange]:
        """Return the exchanges whose path ends so, oldest first."""
        return [one for one in self.exchanges if one.path.endswith(path)]

    def take_fault(self, path: str) -> Fault | None:
        """Return the next fault for a request, if any, and forget it."""
        with self._lock:
            for fault in self._faults:
                if path.endswith(fault.path):
                    self._faults.remove(fault)
                    return fault
        return None


def answer(exchange: Exchange, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON response, and note it in the exchange."""
    exchange.status, exchange.answered = status, body
    return JSONResponse(body, status, headers=headers)


async def hang(fault: Fault) -> None:
    """Wait as long as the fault says."""
    await asyncio.sleep(fault.seconds)


def stream(exchange: Exchange, chunks: list[Any], fault: Fault | None, pause_s: float) -> Response:
    """Return chunks as server-sent events with `pause_s` before each, cut or left unfinished as the fault says."""
    exchange.status = 200

    async def events() -> AsyncIterator[str]:
        exchange.abandoned = True
        for number, chunk in enumerate(chunks):
            if fault and fault.kind in ("cut", "unfinished") and number == fault.pieces + 1:  # the first says the role
                exchange.abandoned = False
                if fault.kind == "cut":
                    raise ConnectionAbortedError("cut on purpose")
                return
            await asyncio.sleep(pause_s)
            exchange.chunks.append(chunk)
            yield f"data: {json.dumps(chunk)}\n\n"
        exchange.abandoned = False
        yield "data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


@contextmanager
def serving(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve `app` on a loopback port, a free one by default, in a thread; yield its URL."""
    config = uvicorn.Config(
        app, port=port, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the stand-in could not be served")
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
