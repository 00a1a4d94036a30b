from __future__ import annotations

import pytest

from benchmarks.cache.peer_stream import peer_stream
from benchmarks.cache.peers import Static
from core.adapters.onnx_embedder import OnnxEmbedder


def test_hits_and_false_hits_are_shares_of_the_requests() -> None:
    rows = [
        {"q": "How do I do a squat?", "cls": "squat"},
        {"q": "How to do a squat?", "cls": "squat"},
        {"q": "How to do the squat?", "cls": "plank"},  # wrongly labelled: a false hit, whichever comes first
        {"q": "Is creatine safe?", "cls": "creatine"},
    ]
    assert peer_stream(rows, Static(OnnxEmbedder(1)), shuffles=6) == {
        "requests": 4,
        "shuffles": 6,
        "hit_rate": 0.5,
        "error_rate": pytest.approx(0.333, abs=0.09),  # one in four, or two where the wrong label comes first
        "hit_rate_worst": 0.5,
        "error_rate_worst": 0.5,
        "judge_calls_per_request": 0.0,
    }


def test_a_run_begins_empty() -> None:
    rows = [{"q": "Is creatine safe?", "cls": "creatine"}]
    assert peer_stream(rows, Static(OnnxEmbedder(1)), shuffles=3)["hit_rate"] == 0
