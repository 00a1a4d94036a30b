"""Turns and votes in the words of Arize Phoenix: a span with OpenInference attributes, and an annotation of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

PRICES = {"input": 1.0, "output": 4.0}
"""US dollars per million tokens of the model in :mod:`benchmarks.monitoring_parts.traffic`."""
MODEL = "gpt"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_METADATA = (
    "tenant", "release_id", "channel", "outcome", "tier", "similarity", "degraded", "first_words_ms", "stages_ms",
    "topic", "language", "saved_usd", "error",
)  # fmt: skip


def trace_id(turn_id: str) -> str:
    """Return the trace of a turn, 32 hexadecimal digits, never all zero, which OpenTelemetry forbids."""
    return blake2b(turn_id.encode(), digest_size=16).hexdigest()


def span_id(turn_id: str) -> str:
    """Return the span of a turn, 16 hexadecimal digits."""
    return blake2b(turn_id.encode(), digest_size=8).hexdigest()


def span(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a turn as one span that is a trace of its own; times in nanoseconds since 1970.

    What OpenInference has a name for gets it, the rest is its ``metadata``. The cost is left to Phoenix, which
    works it out from tokens and :data:`PRICES`.
    """
    start = (row["at"] - _EPOCH) // timedelta(microseconds=1) * 1000
    attributes: dict[str, Any] = {
        "openinference.span.kind": "LLM" if row["model"] else "CHAIN",
        "user.id": row["actor_id"],
        "metadata": json.dumps({name: row[name] for name in _METADATA if row[name] is not None}),
    }
    if row["model"]:
        attributes |= {
            "llm.model_name": row["model"],
            "llm.token_count.prompt": int(row["input_tokens"]),
            "llm.token_count.completion": int(row["output_tokens"]),
            "llm.token_count.total": int(row["input_tokens"] + row["output_tokens"]),
        }
    return {
        "trace_id": trace_id(row["turn_id"]), "span_id": span_id(row["turn_id"]), "name": "turn",
        "start_ns": start, "end_ns": start + round(row["total_ms"] * 1e6), "ok": row["error"] is None,
        "attributes": attributes,
    }  # fmt: skip


def annotation(vote: Mapping[str, Any]) -> dict[str, Any]:
    """Return a vote as a person's annotation of its turn's span: score 1 for a like, 0 for a dislike."""
    liked = vote["after"] > 0
    return {
        "span_id": span_id(vote["turn_id"]), "name": "vote", "annotator_kind": "HUMAN",
        "identifier": vote["actor_id"], "result": {"label": "like" if liked else "dislike", "score": float(liked)},
    }  # fmt: skip
