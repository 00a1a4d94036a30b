from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.adapters import onnx_embedder
from core.adapters.onnx_verifier import MODEL, OnnxVerifier
from core.errors import ServiceRefused

VERIFIER = OnnxVerifier()
TEXTS = st.text(max_size=40)


@settings(deadline=None, max_examples=40)
@given(TEXTS, TEXTS)
def test_the_order_of_two_questions_does_not_matter(one: str, other: str) -> None:
    assert VERIFIER.compare(one, [other]) == pytest.approx(VERIFIER.compare(other, [one]), abs=1e-6)


@pytest.mark.parametrize(
    ("asked", "known", "same"),
    [
        ("How do I do a squat?", "What is the right way to do a squat?", True),
        ("Is creatine safe?", "Are there risks in taking creatine?", True),
        ("Should I stretch before running?", "Should I stretch after running?", False),
        ("Is running safe during pregnancy?", "Is running safe?", False),
        ("How many sets should I do?", "How many calories should I eat?", False),
    ],
)
def test_it_tells_what_one_answer_serves_from_what_it_does_not(asked: str, known: str, *, same: bool) -> None:
    assert bool(VERIFIER.compare(asked, [known])[0] > 0.5) is same


def test_what_is_cut_off_does_not_count() -> None:
    long = "How do I warm up? " * 200
    known = ["How do I cool down?"]
    assert VERIFIER.compare(f"{long} Well?", known) == pytest.approx(VERIFIER.compare(f"{long} Why?", known), abs=1e-6)


def test_the_number_of_cores_changes_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    known = ["What is the right way to do a squat?", "Can I run?", "How do I warm up? " * 20]
    monkeypatch.setattr(onnx_embedder, "THREADS", 1)
    assert np.array_equal(OnnxVerifier().compare("How do I squat?", known), VERIFIER.compare("How do I squat?", known))


def test_the_weights_are_loaded_at_first_use_and_once() -> None:
    verifier = OnnxVerifier()
    assert verifier._session is None
    with ThreadPoolExecutor(4) as pool:
        sessions = {id(session) for session, _ in pool.map(lambda _: verifier.load(), range(8))}
    assert len(sessions) == 1


def test_weights_that_are_missing_are_said_to_be(tmp_path: Path) -> None:
    verifier = OnnxVerifier(tmp_path / "gone.onnx")
    with pytest.raises(ServiceRefused, match=r"gone\.onnx is missing"):
        verifier.compare("a", ["b"])


def test_the_weights_are_small_enough_to_be_shipped() -> None:
    assert MODEL.stat().st_size < 30e6
