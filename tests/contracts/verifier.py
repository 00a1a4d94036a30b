"""What every verifier does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.ports import Verifier
from tests.contracts.embedder import ODD_TEXTS

ASKED = "How do I do a push-up?"
KNOWN = ["What is the right way to do a push-up?", "How much water should I drink?", "How do I do a pull-up?"]


class VerifierContract:
    """Inherit from it, with a fixture `verifier`."""

    def test_returns_a_probability_for_each_known_question(self, verifier: Verifier) -> None:
        found = verifier.compare(ASKED, KNOWN)
        assert found.shape == (3,)
        assert found.dtype == np.float64
        assert np.isfinite(found).all()
        assert ((found >= 0) & (found <= 1)).all()

    def test_returns_nothing_for_no_known_question(self, verifier: Verifier) -> None:
        assert verifier.compare(ASKED, []).shape == (0,)

    @pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
    def test_accepts_any_text_on_either_side(self, verifier: Verifier, text: str) -> None:
        found = [float(verifier.compare(asked, [known])[0]) for asked, known in ((text, ASKED), (ASKED, text))]
        assert all(0 <= one <= 1 for one in found)

    def test_tells_a_paraphrase_from_another_matter(self, verifier: Verifier) -> None:
        paraphrase, *others = verifier.compare(ASKED, KNOWN)
        assert paraphrase > 0.5 > max(others)

    def test_says_the_same_again_alone_and_among_others(self, verifier: Verifier) -> None:
        together = verifier.compare(ASKED, KNOWN)
        assert [float(verifier.compare(ASKED, [one])[0]) for one in KNOWN] == pytest.approx(together, abs=1e-6)
        assert verifier.compare(ASKED, KNOWN[::-1]) == pytest.approx(together[::-1], abs=1e-6)

    def test_is_safe_to_use_from_several_threads(self, verifier: Verifier) -> None:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda number: verifier.compare(ASKED, KNOWN)[number % 3], range(12)))
        assert found == pytest.approx(np.tile(verifier.compare(ASKED, KNOWN), 4), abs=1e-6)

    def test_has_a_name(self, verifier: Verifier) -> None:
        assert verifier.name == verifier.name.strip() != ""
