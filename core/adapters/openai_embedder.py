"""Embeddings by OpenAI or a server that speaks its API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import openai

from core.adapters.openai_errors import SERVICE, client_for, translated
from core.adapters.resilience import Resilient
from core.errors import ServiceRefused, ServiceUnavailable
from core.ports import Vector

LONGEST_TEXT = 8000
"""Bytes of a text that are embedded. A token is never less than a byte, so this keeps within the 8,192 tokens."""
LONGEST_BATCH = 250_000
"""Bytes of a request's texts together; the API takes 300,000 tokens."""
MOST_TEXTS = 2048
"""Texts of a request: the API's limit."""
_BLANK = "[empty]"
"""Stands in for a text without content, which the API refuses."""


class OpenAIEmbedder:
    """An embedding model behind ``/embeddings``.

    Parameters
    ----------
    api_key : str
        Key of the API.
    model : str
        Such as ``"text-embedding-3-small"``.
    dimension : int
        Length of the vectors. The ``text-embedding-3`` models are asked for it; of others it must be the length.
    base_url : str, optional
        An OpenAI-compatible server; OpenAI itself if left out.
    timeout_s : float
        Longest wait for a part of an answer, in seconds.
    resilience : Resilient, optional
        Retries and circuit breaker.
    """

    def __init__(
        self,
        api_key: str,
        model: str,
        dimension: int,
        base_url: str | None = None,
        *,
        timeout_s: float = 60.0,
        resilience: Resilient | None = None,
    ) -> None:
        self._model = model
        self._dimension = dimension
        self._resilience = resilience or Resilient(SERVICE)
        self._client = client_for(api_key, base_url, timeout_s)

    @property
    def name(self) -> str:
        """Model and dimension."""
        return f"{self._model}@{self._dimension}"

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return self._dimension

    def embed(self, texts: Sequence[str]) -> Vector:
        """Return one row of unit length a text; empty ones have a vector too, and those over 8,000 bytes are cut.

        Raises
        ------
        ServiceUnavailable, ServiceRefused
            See :mod:`core.adapters.openai_errors`.
        """
        rows = [self._request(batch) for batch in _batches([_fitted(text) for text in texts])]
        return np.concatenate(rows) if rows else np.zeros((0, self._dimension), np.float32)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _request(self, batch: list[str]) -> Vector:
        return self._resilience.call(lambda: self._attempt(batch))

    def _attempt(self, batch: list[str]) -> Vector:
        sized = self._model.startswith("text-embedding-3")  # the only models that can be asked for a length
        try:
            with translated():
                answer = self._client.embeddings.create(
                    model=self._model, input=batch, dimensions=self._dimension if sized else openai.omit
                )
            found = {one.index: np.asarray(one.embedding, np.float32) for one in answer.data}
        except (AttributeError, TypeError, ValueError) as error:
            # The SDK's own checks of a reply that has another form, such as a web page, raise bare errors.
            message = "What answered does not speak OpenAI's embeddings API; check OPENAI_BASE_URL."
            raise ServiceRefused(SERVICE, message) from error
        return self._checked(found, len(batch))

    def _checked(self, found: dict[int, Vector], asked: int) -> Vector:
        if sorted(found) != list(range(asked)):
            raise ServiceUnavailable(SERVICE, "OpenAI sent fewer vectors than texts; try again in a moment.")
        lengths = {len(vector) for vector in found.values()}
        if lengths != {self._dimension}:
            message = f"{self._model} makes vectors of length {max(lengths)}; set COACH_EMBEDDING_DIMENSION to that."
            raise ServiceRefused(SERVICE, message)
        rows = np.stack([found[index] for index in range(asked)])
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        if not (np.isfinite(norms).all() and (norms > 0).all()):
            raise ServiceUnavailable(SERVICE, "OpenAI sent a vector that cannot be used; try again in a moment.")
        return np.asarray(rows / norms, np.float32)


def _fitted(text: str) -> str:
    # Lone surrogates cannot be sent as UTF-8; a character cut in two at the end is dropped.
    kept = text.encode("utf-8", "replace")[:LONGEST_TEXT].decode("utf-8", "ignore")
    return kept if kept.strip() else _BLANK


def _batches(texts: list[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        length = len(text.encode())
        if batch and (len(batch) == MOST_TEXTS or size + length > LONGEST_BATCH):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += length
    if batch:
        yield batch
