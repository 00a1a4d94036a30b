"""OpenAI's errors, translated once. No vendor's text is repeated: it can hold parts of the key or of the question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite

import httpx2
import openai

from core.adapters.resilience import ServiceBusy
from core.errors import ServiceError, ServiceRefused, ServiceUnavailable

SERVICE = "OpenAI"
DEFAULT_URL = "https://api.openai.com/v1"

_NO_CREDIT = "OpenAI's credit or quota is used up; check the plan and billing of the account."
_BUSY = "OpenAI limits how often it may be asked; try again in a moment."
_BY_STATUS = {
    401: "OpenAI refused the key; check OPENAI_API_KEY.",
    403: "OpenAI does not let this key do that; check the project, the region and the permissions of OPENAI_API_KEY.",
    404: "OpenAI knows no such model or address; check the model's name and OPENAI_BASE_URL.",
}


def client_for(api_key: str, base_url: str | None, timeout_s: float) -> openai.OpenAI:
    """Return a client that leaves retries to :mod:`core.adapters.resilience`; nothing is called yet.

    Raises
    ------
    ServiceRefused
        The key cannot be sent, or the address cannot be read.
    """
    # Checked here: the HTTP client would name the whole header, key and all, in its error.
    if not (api_key.isascii() and api_key.isprintable()) or api_key != api_key.strip():
        raise ServiceRefused(SERVICE, "OPENAI_API_KEY has spaces, line ends or other signs; copy it again.")
    try:
        return openai.OpenAI(api_key=api_key, base_url=base_url or DEFAULT_URL, timeout=timeout_s, max_retries=0)
    except (openai.OpenAIError, httpx2.InvalidURL) as error:
        raise ServiceRefused(SERVICE, "OPENAI_BASE_URL cannot be read; write it as https://host/v1.") from error


@contextmanager
def translated() -> Iterator[None]:
    """Raise this product's errors in place of the SDK's, with the SDK's as the cause."""
    try:
        yield
    except openai.OpenAIError as error:
        raise translate(error) from error


def translate(error: openai.OpenAIError) -> ServiceError:
    """Return what `error` means to this product.

    Returns
    -------
    ServiceError
        ``ServiceRefused`` where the same call cannot succeed without a change, and ``ServiceUnavailable`` otherwise.
    """
    if isinstance(error, openai.APIError) and "insufficient_quota" in (error.code, error.type):
        return ServiceRefused(SERVICE, _NO_CREDIT)
    if isinstance(error, openai.APITimeoutError):
        return ServiceUnavailable(SERVICE, "OpenAI took too long to answer; try again in a moment.")
    if isinstance(error, openai.APIConnectionError):
        return ServiceUnavailable(SERVICE, "OpenAI cannot be reached; check the network and OPENAI_BASE_URL.")
    if isinstance(error, openai.APIStatusError):
        return _of_status(error)
    if isinstance(error, openai.APIError):
        return ServiceUnavailable(SERVICE, "OpenAI broke off with an error; try again in a moment.")
    return ServiceRefused(SERVICE, "OpenAI cannot be asked; check OPENAI_API_KEY and OPENAI_BASE_URL.")


def _of_status(error: openai.APIStatusError) -> ServiceError:
    status = error.status_code
    if status == 429 or status == 503:
        wait = _retry_after(error)
        message = _BUSY if status == 429 else "OpenAI is overloaded; try again in a moment."
        return ServiceUnavailable(SERVICE, message) if wait is None else ServiceBusy(SERVICE, message, wait)
    if status in (408, 409) or status >= 500 or status < 400:
        return ServiceUnavailable(SERVICE, f"OpenAI failed (status {status}); try again in a moment.")
    if error.code == "context_length_exceeded":
        return ServiceRefused(SERVICE, "The text is too long for this model; shorten it or choose another model.")
    rejected = f"OpenAI rejected the request (status {status}); check the model's name and what it supports."
    return ServiceRefused(SERVICE, _BY_STATUS.get(status, rejected))


def _retry_after(error: openai.APIStatusError) -> float | None:
    for header, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(error.response.headers.get(header, "")) * unit
        except ValueError:  # absent, or a date, which this API does not send
            continue
        if isfinite(seconds) and seconds >= 0:
            return seconds
    return None
