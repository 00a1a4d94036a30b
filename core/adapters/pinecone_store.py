"""Vectors kept by Pinecone.

Pinecone is eventually consistent: a write that it has acknowledged is durable, but queries may miss it for some
seconds. Give `settle_s` to wait after each upsert until the index has caught up with it (it says how far it is by log
sequence numbers). Deletes carry no number that the SDK hands on, so a deleted record may be found for a moment longer.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from pinecone import Index, RetryConfig
from pinecone.errors import NotFoundError, PineconeValueError
from pinecone.models.vectors.responses import ListResponse, QueryResponse

from core.adapters.pinecone_errors import SERVICE, translated
from core.adapters.resilience import Resilient
from core.errors import ServiceRefused, ServiceUnavailable
from core.ports import Match, MetadataValue, Vector, VectorRecord

log = logging.getLogger(__name__)
MOST_RECORDS = 1000
"""Records of an upsert and ids of a delete: the API's limit."""
LONGEST_BATCH = 2_000_000
"""Bytes of an upsert: the API's limit is 2 MB."""
LONGEST_METADATA = 40_960
"""Bytes of a record's metadata as JSON: the API's limit is 40 KB."""
_NUMBER = 25
"""Bytes that a number of a vector takes at most, its comma included."""
_PAGE = 100
_POLL_S = 0.2


class PineconeStore:
    """A Pinecone index made for cosine.

    Parameters
    ----------
    api_key : str
        Key of the project.
    index_host : str
        Address of the index, as its console shows it.
    timeout_s : float
        Longest wait for an answer, in seconds.
    settle_s : float
        Longest wait after an upsert until queries see it, in seconds; 0 does not wait.
    resilience : Resilient, optional
        Retries and circuit breaker.

    Raises
    ------
    ServiceRefused
        The key or the address cannot be used. Nothing is called yet.
    """

    def __init__(
        self,
        api_key: str,
        index_host: str,
        *,
        timeout_s: float = 30.0,
        settle_s: float = 0.0,
        resilience: Resilient | None = None,
    ) -> None:
        self._settle_s = settle_s
        self._resilience = resilience or Resilient(SERVICE)
        self._index = _open(api_key, index_host, timeout_s)

    @property
    def name(self) -> str:
        """What a person knows it by."""
        return SERVICE

    def upsert(self, namespace: str, records: Sequence[VectorRecord]) -> None:
        """Write all records or raise; what was written before a failure stays, and writing again is safe.

        Raises
        ------
        ServiceRefused
            A record's metadata are larger than 40 KB, null or nested; nothing was written then.
        ServiceUnavailable
            A part could not be written in spite of retries.
        """
        for batch in list(_batches(records)):
            self._resilience.call(partial(self._write, namespace, batch))

    def query(
        self, namespace: str, vector: Vector, *, limit: int, where: Mapping[str, MetadataValue] | None = None
    ) -> list[Match]:
        """Return up to `limit` (1 to 1000) matches, best first. Numbers of metadata come back as floats of 64 bits."""
        answer = self._resilience.call(partial(self._query, namespace, vector.tolist(), limit, where or {}))
        return [Match(one.id, min(1.0, max(-1.0, one.score)), one.metadata or {}) for one in answer.matches]

    def delete(self, namespace: str, ids: Sequence[str]) -> None:
        """Remove records; unknown ids and namespaces are ignored."""
        for start in range(0, len(ids), MOST_RECORDS):
            self._resilience.call(partial(self._delete, namespace, list(ids[start : start + MOST_RECORDS])))

    def drop(self, namespace: str) -> None:
        """Remove a whole namespace; an unknown one is ignored."""
        self._resilience.call(partial(self._drop, namespace))

    def ids(self, namespace: str) -> set[str]:
        """Return every id of a namespace, asked for 100 at a time."""
        found: set[str] = set()
        token: str | None = None
        while True:
            page = self._resilience.call(partial(self._page, namespace, token))
            found.update(item.id for item in page.vectors if item.id)
            token = page.pagination.next if page.pagination else None
            if not token:
                return found

    def check(self) -> None:
        """Ask for the index's statistics; raise also when it does not measure by cosine."""
        metric = self._resilience.once(self._metric)
        if metric not in (None, "cosine"):
            raise ServiceRefused(SERVICE, f"The Pinecone index measures by {metric}; make one that measures by cosine.")

    def close(self) -> None:
        """Close the connections."""
        self._index.close()

    def _write(self, namespace: str, batch: list[dict[str, Any]]) -> None:
        with translated():
            # Without `batch_size` the SDK raises when a request fails; with it, failures only show in the response.
            written = self._index.upsert(vectors=batch, namespace=namespace)
        if written.upserted_count != len(batch) or written.has_errors:
            message = f"Pinecone wrote {written.upserted_count} of {len(batch)} vectors; try again in a moment."
            raise ServiceUnavailable(SERVICE, message)
        info = written.response_info
        if self._settle_s > 0 and info is not None and info.lsn_committed is not None:
            self._settle(namespace, batch[0]["values"], info.lsn_committed)

    def _settle(self, namespace: str, vector: list[float], target: int) -> None:
        until = time.monotonic() + self._settle_s
        while True:
            try:
                info = self._query(namespace, vector, 1, {}).response_info
            except ServiceUnavailable:
                return  # the write has succeeded: a failing look at it must not make it fail
            if info is None or info.lsn_reconciled is None or info.is_reconciled(target):
                return
            if time.monotonic() >= until:
                log.warning("pinecone_lags", extra={"namespace": namespace, "waited_s": self._settle_s})
                return  # what was written is durable; it only cannot be found yet
            time.sleep(_POLL_S)

    def _query(
        self, namespace: str, vector: list[float], limit: int, where: Mapping[str, MetadataValue]
    ) -> QueryResponse:
        with translated():
            return self._index.query(
                namespace=namespace,
                vector=vector,
                top_k=limit,
                filter={key: {"$eq": value} for key, value in where.items()} or None,
                include_metadata=True,
            )

    def _delete(self, namespace: str, ids: list[str]) -> None:
        with translated(), suppress(NotFoundError):
            self._index.delete(namespace=namespace, ids=ids)

    def _drop(self, namespace: str) -> None:
        with translated(), suppress(NotFoundError):
            self._index.delete_namespace(name=namespace)

    def _page(self, namespace: str, token: str | None) -> ListResponse:
        with translated():
            try:
                return self._index.list_paginated(namespace=namespace, limit=_PAGE, pagination_token=token)
            except NotFoundError:
                return ListResponse()

    def _metric(self) -> str | None:
        with translated():
            return self._index.describe_index_stats().metric


def _open(api_key: str, host: str, timeout_s: float) -> Index:
    try:
        index = Index(api_key=api_key, host=host, timeout=timeout_s)
    except PineconeValueError as error:
        message = "PINECONE_API_KEY or PINECONE_INDEX_HOST cannot be used; copy both again from Pinecone's console."
        raise ServiceRefused(SERVICE, message) from error
    _leave_retries_to_us(index)
    return index


def _leave_retries_to_us(index: Index) -> None:
    """Turn off the SDK's own retries, which would multiply with ours and cannot be set for an index client."""
    try:
        from pinecone._internal.constants import DATA_PLANE_API_VERSION
        from pinecone._internal.http_client import HTTPClient

        config = replace(index._config, retry_config=RetryConfig(max_retries=0))
        index._http.close()
        index._http = HTTPClient(config, DATA_PLANE_API_VERSION)
    except (ImportError, AttributeError):  # another version of the SDK: slower to give up, and right all the same
        log.warning("pinecone_retries_by_itself")


def _batches(records: Sequence[VectorRecord]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    for record in {record.id: record for record in records}.values():  # of two with one id the later one counts
        metadata = _checked(record)
        length = len(record.vector) * _NUMBER + len(metadata) + len(record.id) + 50
        if batch and (len(batch) == MOST_RECORDS or size + length > LONGEST_BATCH):
            yield batch
            batch, size = [], 0
        batch.append({"id": record.id, "values": record.vector.tolist(), "metadata": dict(record.metadata)})
        size += length
    if batch:
        yield batch


def _checked(record: VectorRecord) -> bytes:
    for key, value in record.metadata.items():
        if not isinstance(value, str | int | float):
            message = f"Pinecone takes texts, numbers and truth values as metadata; change {key!r} of {record.id!r}."
            raise ServiceRefused(SERVICE, message)
    metadata = json.dumps(dict(record.metadata), ensure_ascii=False).encode("utf-8", "replace")
    if len(metadata) > LONGEST_METADATA:
        raise ServiceRefused(SERVICE, f"The metadata of {record.id!r} are larger than Pinecone's 40 KB; shorten them.")
    return metadata
