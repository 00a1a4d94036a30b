"""Pinecone's errors, translated once. No vendor's text is repeated: it can hold what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pinecone.errors import (
    ApiError,
    PineconeConnectionError,
    PineconeError,
    PineconeTimeoutError,
    PineconeTypeError,
    PineconeValueError,
    RateLimitError,
    ResponseParsingError,
)

from core.adapters.resilience import ServiceBusy
from core.errors import ServiceError, ServiceRefused, ServiceUnavailable

SERVICE = "Pinecone"

_BY_STATUS = {
    401: "Pinecone refused the key; check PINECONE_API_KEY.",
    402: "Pinecone's plan is used up; check the billing of the account.",
    403: "Pinecone does not let this key do that; check the permissions of PINECONE_API_KEY and the plan's limits.",
    404: "Pinecone knows no such index or namespace; check PINECONE_INDEX_HOST.",
    413: "Pinecone found a request too large; shorten the passages.",
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise this product's errors in place of the SDK's, with the SDK's as the cause."""
    try:
        yield
    except PineconeError as error:
        raise translate(error) from error


def translate(error: PineconeError) -> ServiceError:
    """Return what `error` means to this product.

    Returns
    -------
    ServiceError
        ``ServiceRefused`` where the same call cannot succeed without a change, and ``ServiceUnavailable`` otherwise.
    """
    if isinstance(error, PineconeTimeoutError):
        return ServiceUnavailable(SERVICE, "Pinecone took too long to answer; try again in a moment.")
    if isinstance(error, PineconeConnectionError):
        return ServiceUnavailable(SERVICE, "Pinecone cannot be reached; check the network and PINECONE_INDEX_HOST.")
    if isinstance(error, ApiError):
        return _of_status(error)
    if isinstance(error, ResponseParsingError):
        return ServiceRefused(SERVICE, "What answered is not a Pinecone index; check PINECONE_INDEX_HOST.")
    if isinstance(error, (PineconeValueError, PineconeTypeError)):
        return ServiceRefused(
            SERVICE,
            "Pinecone's limits do not allow this id, namespace or value; ids and namespaces are short and plain ASCII.",
        )
    return ServiceUnavailable(SERVICE, "Pinecone failed; try again in a moment.")


def _of_status(error: ApiError) -> ServiceError:
    status = error.status_code
    if isinstance(error, RateLimitError):
        message = "Pinecone limits how often it may be asked; try again in a moment."
        wait = error.retry_after
        return ServiceUnavailable(SERVICE, message) if wait is None else ServiceBusy(SERVICE, message, wait)
    if status in (408, 409) or status >= 500 or status < 400:
        return ServiceUnavailable(SERVICE, f"Pinecone failed (status {status}); try again in a moment.")
    rejected = (
        f"Pinecone rejected the request (status {status}); check that the index has the embedder's vector length, and "
        "that ids and namespaces are short and plain ASCII."
    )
    return ServiceRefused(SERVICE, _BY_STATUS.get(status, rejected))
