"""Structured log lines: one JSON object a line, with the correlation id of the turn or request that it belongs to."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

_correlation: ContextVar[str] = ContextVar("correlation_id", default="")
_QUIET = ("httpx2", "httpx", "httpcore", "openai", "pinecone", "apscheduler", "alembic", "bm25s", "uvicorn.access")


@contextmanager
def correlated(correlation_id: str) -> Iterator[None]:
    """Put an id on every line logged inside."""
    token = _correlation.set(correlation_id)
    try:
        yield
    finally:
        _correlation.reset(token)


class _Correlation(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "correlation_id"):
            record.correlation_id = _correlation.get()
        return True


def configure_logs(level: str) -> None:
    """Send every log line of the process to standard error as JSON; safe to call again."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Correlation())
    names = {"asctime": "at", "levelname": "level", "name": "logger", "message": "event"}
    handler.setFormatter(
        JsonFormatter("{asctime}{levelname}{name}{message}{correlation_id}", style="{", rename_fields=names)
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
