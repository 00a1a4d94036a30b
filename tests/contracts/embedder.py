"""What every embedder does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.ports import Embedder

ODD_TEXTS = {
    "empty": "",
    "blank": " \n\t ",
    "very long": "squat and hinge " * 5000,
    "one long word": "a" * 50_000,
    "other scripts": "Как приседать? スクワット 🏋️‍♀️ تمرين",
    "control signs": "a\x00b\x1f\x7f\u200b",
    "half a surrogate pair": "squat \ud83c depth",
}


class EmbedderContract:
    """Inherit from it, with a fixture `embedder`."""

    def test_returns_a_row_of_unit_length_for_each_text(self, embedder: Embedder) -> None:
        vectors = embedder.embed(["How deep should I squat?", "What is a good warm-up?", "Is rest important?"])
        assert vectors.shape == (3, embedder.dimension)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)

    def test_returns_no_rows_for_no_texts(self, embedder: Embedder) -> None:
        vectors = embedder.embed([])
        assert vectors.shape == (0, embedder.dimension)
        assert vectors.dtype == np.float32

    @pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
    def test_accepts_any_text(self, embedder: Embedder, text: str) -> None:
        vectors = embedder.embed([text])
        assert vectors.shape == (1, embedder.dimension)
        assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)

    def test_gives_a_text_the_same_vector_alone_and_among_others(self, embedder: Embedder) -> None:
        texts = [f"exercise number {number}" + " with a longer description" * (number % 7) for number in range(40)]
        together = embedder.embed(texts)
        for position in (0, 17, 39):
            alone = embedder.embed([texts[position]])[0]
            assert float(alone @ together[position]) == pytest.approx(1, abs=1e-4)

    def test_keeps_the_order_of_the_texts(self, embedder: Embedder) -> None:
        texts = ["push-up", "a long text about breathing while running uphill in winter", "", "plank"]
        forth, back = embedder.embed(texts), embedder.embed(texts[::-1])
        assert np.abs(forth - back[::-1]).max() < 1e-2
        assert abs(float(forth[0] @ forth[1])) < 0.99

    def test_puts_related_texts_nearer_than_unrelated_ones(self, embedder: Embedder) -> None:
        asked, related, unrelated = embedder.embed(
            ["How do I do a proper squat?", "Proper squat technique", "Paris is the capital of France"]
        )
        assert float(asked @ related) > float(asked @ unrelated) + 0.2

    def test_is_safe_to_use_from_several_threads(self, embedder: Embedder) -> None:
        texts = [f"thread {number} does burpees" for number in range(8)]
        with ThreadPoolExecutor(4) as pool:
            rows = list(pool.map(lambda text: embedder.embed([text])[0], texts))
        assert np.sum(np.stack(rows) * embedder.embed(texts), axis=1) == pytest.approx(1, abs=1e-4)

    def test_has_a_name(self, embedder: Embedder) -> None:
        assert embedder.name == embedder.name.strip() != ""
