"""Every adapter of every port, by the name that shows in the test's id. Each contract suite runs over its registry.

To put an adapter under its port's contract, add one line to a registry: a factory that takes an empty folder, and
returns a context manager of the adapter. What is dear to build (a model's weights) is built once a test module.

    EMBEDDERS["onnx"] = lambda folder: nullcontext(OnnxEmbedder())
    CHAT_MODELS["llama"] = lambda folder: closing(LlamaChat())
    VECTOR_STORES["exact"] = lambda folder: stored_vectors(folder, "exact")

A vector store comes as a :class:`StoreCase`: with it comes `settle`, which the suite calls between a write and the
read that should see it, for stores that are eventually consistent. The suite's vectors have `DIMENSION` numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlmodel import SQLModel

from core.adapters.llama_chat import LlamaChat
from core.adapters.onnx_embedder import OnnxEmbedder
from core.adapters.openai_chat import OpenAIChat
from core.adapters.openai_embedder import OpenAIEmbedder
from core.adapters.pinecone_store import PineconeStore
from core.adapters.resilience import Resilient
from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.ports import ChatModel, Embedder, VectorStore
from tests.standins.openai_server import OpenAIStandIn
from tests.standins.pinecone_server import PineconeStandIn
from tests.standins.server import serving

DIMENSION = 8
"""Length of the vectors in the vector stores' suite."""


def nothing() -> None:
    """What `settle` does where a write is seen at once."""


@dataclass(frozen=True, slots=True)
class StoreCase:
    """A vector store under test, and what makes all its writes visible."""

    store: VectorStore
    settle: Callable[[], None] = nothing


def quick(service: str) -> Resilient:
    """Return the resilience that the suites use: retries at once, and a circuit that never opens."""
    return Resilient(service, attempts=3, base_delay_s=0.001, breaker_failures=1000, breaker_reset_s=1)


@contextmanager
def openai_embedder(folder: Path) -> Iterator[Embedder]:
    """Serve an OpenAI stand-in and yield an embedder that talks to it."""
    standin = OpenAIStandIn()
    with serving(standin.app) as url:
        yield OpenAIEmbedder(
            standin.api_key, "text-embedding-3-small", 256, base_url=f"{url}/v1", resilience=quick("OpenAI")
        )


@contextmanager
def openai_chat(folder: Path) -> Iterator[ChatModel]:
    """Serve an OpenAI stand-in and yield a chat model that talks to it."""
    standin = OpenAIStandIn()
    with serving(standin.app) as url:
        yield OpenAIChat(standin.api_key, "gpt-4.1-mini", base_url=f"{url}/v1", resilience=quick("OpenAI"))


@contextmanager
def pinecone(folder: Path, *, delayed: bool = False) -> Iterator[StoreCase]:
    """Serve a Pinecone stand-in, whose writes stay unseen until settled if `delayed`, and yield a store on it."""
    standin = PineconeStandIn(dimension=DIMENSION, delayed=delayed)
    with (
        serving(standin.app) as url,
        closing(PineconeStore(standin.api_key, url, resilience=quick("Pinecone"))) as store,
    ):
        yield StoreCase(store, standin.settle)


@contextmanager
def stored_vectors(
    folder: Path, engine: Literal["exact", "faiss"], accelerate_above: int = 50_000
) -> Iterator[StoreCase]:
    """Yield a store on a fresh SQLite database in `folder`."""
    database = Database(f"sqlite:///{folder / 'vectors.db'}")
    SQLModel.metadata.create_all(database.engine)
    with closing(database):
        store = StoredVectors(database, engine, accelerate_above)
        yield StoreCase(store, store.settle)


EMBEDDERS: dict[str, Callable[[Path], AbstractContextManager[Embedder]]] = {
    "openai": openai_embedder,
    "onnx": lambda folder: nullcontext(OnnxEmbedder()),
}

VECTOR_STORES: dict[str, Callable[[Path], AbstractContextManager[StoreCase]]] = {
    "pinecone": pinecone,
    "pinecone-delayed": lambda folder: pinecone(folder, delayed=True),
    "exact": lambda folder: stored_vectors(folder, "exact"),
    "faiss": lambda folder: stored_vectors(folder, "faiss"),
    "graph": lambda folder: stored_vectors(folder, "exact", accelerate_above=2),
}

CHAT_MODELS: dict[str, Callable[[Path], AbstractContextManager[ChatModel]]] = {
    "openai": openai_chat,
    "llama": lambda folder: closing(LlamaChat()),
}
