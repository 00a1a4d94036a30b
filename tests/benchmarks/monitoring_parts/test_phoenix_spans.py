"""A turn as a span and a vote as an annotation say what the rows say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.monitoring_parts.phoenix_spans import MODEL, PRICES, annotation, span, span_id, trace_id
from benchmarks.monitoring_parts.traffic import turns, votes

ROWS = next(turns(300))


def test_a_span_begins_and_ends_with_its_turn() -> None:
    for row, made in ((row, span(row)) for row in ROWS):
        start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=made["start_ns"] // 1000)
        assert start == row["at"]
        assert made["end_ns"] - made["start_ns"] == pytest.approx(row["total_ms"] * 1e6, abs=1)
        assert made["ok"] == (row["error"] is None)


def test_a_span_has_the_tokens_of_a_model_call_and_a_hit_has_none() -> None:
    outcomes = set()
    for row, attributes in ((row, span(row)["attributes"]) for row in ROWS):
        outcomes.add(row["outcome"])
        if row["outcome"] == "hit":
            assert attributes["openinference.span.kind"] == "CHAIN"
            assert not [name for name in attributes if name.startswith("llm.")]
        else:
            assert attributes["openinference.span.kind"] == "LLM"
            assert attributes["llm.model_name"] == MODEL
            counts = [attributes[f"llm.token_count.{name}"] for name in ("prompt", "completion", "total")]
            assert counts == [row["input_tokens"], row["output_tokens"], sum(counts[:2])]
    assert outcomes == {"hit", "miss", "bypass"}


def test_prices_give_the_cost_of_the_rows() -> None:
    for row in ROWS:
        cost = (row["input_tokens"] * PRICES["input"] + row["output_tokens"] * PRICES["output"]) / 1e6
        assert cost == pytest.approx(row["cost_usd"])


def test_metadata_has_what_has_no_name_of_its_own_and_leaves_out_what_is_none() -> None:
    row = next(row for row in ROWS if row["outcome"] == "hit" and row["error"] is None)
    metadata = json.loads(span(row)["attributes"]["metadata"])
    assert metadata == {name: row[name] for name in metadata}
    assert {"topic", "release_id", "language", "channel", "stages_ms", "outcome", "saved_usd"} <= set(metadata)
    assert "error" not in metadata


def test_a_vote_is_an_annotation_of_its_turns_span() -> None:
    cast = votes(ROWS)
    spans = {span(row)["span_id"] for row in ROWS}
    made = [annotation(vote) for vote in cast]
    assert {one["span_id"] for one in made} <= spans
    assert [one["result"]["score"] for one in made] == [float(vote["after"] > 0) for vote in cast]
    assert {one["result"]["label"] for one in made} == {"like", "dislike"}


@given(st.text())
def test_ids_are_hexadecimal_of_the_length_that_opentelemetry_wants_and_never_zero(turn_id: str) -> None:
    trace, one = bytes.fromhex(trace_id(turn_id)), bytes.fromhex(span_id(turn_id))
    assert (len(trace), len(one)) == (16, 8)
    assert any(trace)
    assert any(one)
