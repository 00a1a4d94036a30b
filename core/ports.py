"""The seams to what is remote, paid or heavy. Every adapter of a port passes the same contract suite.

Adapters raise only :class:`core.errors.ServiceError` and its children, and never make a remote call while a
database transaction is open.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

ChatRole = Literal["system", "user", "assistant"]
Vector = npt.NDArray[np.float32]
"""One embedding of shape (dimension,) or a batch of shape (n, dimension); rows have unit length."""

MetadataValue = str | int | float | bool


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their cosine similarity."""

    @property
    def name(self) -> str:
        """Model and version: two embedders with one name give the same vectors. Part of the cache's scope."""
        ...

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vector:
        """Return an array of shape (len(texts), dimension), float32, rows of unit length, in the order given.

        Any text is accepted, the empty one and very long ones too (these are truncated). No texts: shape (0, d).
        """
        ...


@dataclass(frozen=True, slots=True)
class VectorRecord:
    """A vector with its id and flat metadata (at most 40 KB; no nulls, no nesting)."""

    id: str
    vector: Vector
    metadata: Mapping[str, MetadataValue]


@dataclass(frozen=True, slots=True)
class Match:
    """A record near a query; ``score`` is the cosine similarity in [-1, 1]."""

    id: str
    score: float
    metadata: Mapping[str, MetadataValue]


class VectorStore(Protocol):
    """Nearest neighbours by cosine, in namespaces that never see one another."""

    @property
    def name(self) -> str:
        """What a person knows it by, such as ``"Pinecone"``."""
        ...

    def upsert(self, namespace: str, records: Sequence[VectorRecord]) -> None:
        """Write all records or raise; a record with a known id replaces the old one. No records: nothing happens."""
        ...

    def query(
        self, namespace: str, vector: Vector, *, limit: int, where: Mapping[str, MetadataValue] | None = None
    ) -> list[Match]:
        """Return up to `limit` (1 to 1000) matches, best first, whose metadata equal `where` in every key.

        The filter is applied inside the index, so that it never thins out the result. An unknown namespace is empty.
        """
        ...

    def delete(self, namespace: str, ids: Sequence[str]) -> None:
        """Remove records; unknown ids and namespaces are ignored."""
        ...

    def drop(self, namespace: str) -> None:
        """Remove a whole namespace; an unknown one is ignored."""
        ...

    def ids(self, namespace: str) -> set[str]:
        """Return every id of a namespace."""
        ...

    def check(self) -> None:
        """Make the cheapest call that shows that the store answers; raise otherwise."""
        ...


class Verifier(Protocol):
    """Reads two questions together and says whether one answer serves both."""

    @property
    def name(self) -> str:
        """Model and version: two verifiers with one name give the same probabilities."""
        ...

    def compare(self, asked: str, known: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return for each known question the probability that its answer serves `asked`, shape (len(known),)."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: ChatRole
    content: str


@dataclass(frozen=True, slots=True)
class Completion:
    """How a stream ended; always its last item.

    ``finish`` is ``"stop"`` for a complete answer and ``"length"`` for one cut at ``max_tokens``.
    Tokens are the vendor's count, or the adapter's own where the vendor gives none.
    """

    text: str
    finish: Literal["stop", "length", "filtered"]
    input_tokens: int
    output_tokens: int


class ChatModel(Protocol):
    """A language model."""

    @property
    def name(self) -> str:
        """The model, as the price table and the release know it."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether it may state what the sources in its prompt say. If not it only phrases, and is checked."""
        ...

    def stream(self, messages: Sequence[Message], *, max_tokens: int) -> Generator[str | Completion, None, None]:
        """Yield pieces of text as they come, then one :class:`Completion` whose text is all of them joined.

        A failure before the first piece may have been retried; a cut stream raises ``ServiceUnavailable``.
        Closing the iterator early stops the model.
        """
        ...

    def check(self) -> None:
        """Make the cheapest call that shows that the model answers; raise otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person is told outside the console: plain text, a link ("" for none) and a PNG picture (b"" for none)."""

    title: str
    body: str
    link: str = ""
    picture: bytes = b""


class Notifier(Protocol):
    """Tells people through chat, e-mail or a webhook."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels that are set up, each of its own, without secrets; the same after a restart."""
        ...

    def send(self, channel: str, notice: Notice) -> None:
        """Send a notice to one channel, once; a channel that shows no pictures leaves the picture out.

        Raises
        ------
        ServiceUnavailable
            It was not taken; the same call may succeed later.
        ServiceRefused
            There is no such channel.
        """
        ...
