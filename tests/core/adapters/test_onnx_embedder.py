from __future__ import annotations

import numpy as np
import pytest

from core.adapters import onnx_embedder
from core.adapters.onnx_embedder import OnnxEmbedder


def test_a_text_has_the_same_vector_in_any_company(embedder: OnnxEmbedder) -> None:
    question = "How do I do a push-up?"
    alone = embedder.embed([question])[0]
    together = embedder.embed(["short", question, "A much longer text about something else. " * 20])[1]
    assert np.array_equal(alone, together)


def test_several_workers_keep_the_order(embedder: OnnxEmbedder) -> None:
    texts = [f"{number} push-ups a day" for number in range(12)]
    assert np.array_equal(OnnxEmbedder(workers=4).embed(texts), embedder.embed(texts))


def test_the_number_of_cores_changes_no_vector(embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["squat", "How do I do a push-up?", "A much longer text about something else. " * 20]
    monkeypatch.setattr(onnx_embedder, "THREADS", 1)
    assert np.array_equal(OnnxEmbedder().embed(texts), embedder.embed(texts))


@pytest.mark.parametrize(
    ("question", "near", "far"),
    [
        ("How much protein do I need?", "daily protein requirement", "How do I warm up before running?"),
        ("exercise for the chest", "The push-up works the chest.", "sleep and recovery"),
    ],
)
def test_texts_that_mean_the_same_are_nearer(embedder: OnnxEmbedder, question: str, near: str, far: str) -> None:
    asked, one, other = embedder.embed([question, near, far])
    assert asked @ one > asked @ other + 0.2
