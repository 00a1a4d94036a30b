"""The fixed threshold is tried always, the other caches where their environment is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cache.peers import (
    ENVIRONMENT,
    NAMES,
    SUBPROCESSES,
    Peer,
    PeerFailed,
    Static,
    Subprocess,
    interpreter,
    peer,
)
from core.ports import Embedder, Vector
from tests.benchmarks.environments import without_the_package

# Cosines around each default: static serves from 0.90, redisvl from 0.90, GPTCache from 0.60 (distance² ≤ 0.8).
LIMITS = {"static": 0.90, "redisvl": 0.90, "gptcache": 0.60}


class Angles:
    """Embeds a number as the unit vector at that cosine to the first axis, so that a test knows all similarities."""

    name, dimension = "angles", 8

    def embed(self, texts: Sequence[str]) -> Vector:
        cosines = np.array([float(text) for text in texts], np.float32)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        vectors[:, 0], vectors[:, 1] = cosines, np.sqrt(1 - cosines**2)
        return vectors


@pytest.fixture(scope="module", params=NAMES)
def cache(request: pytest.FixtureRequest) -> Iterator[Peer]:
    """Each peer that is there."""
    found = peer(request.param, Angles())
    if found is None:
        pytest.skip(f"{request.param} is not installed")
    with closing(found):
        yield found


def test_a_pair_is_served_from_the_default_threshold_on(cache: Peer) -> None:
    limit = LIMITS[cache.name]
    asked = {"same": "1.0", "above": str(limit + 0.005), "below": str(limit - 0.005), "far": "0.1"}
    assert {name: cache.served("1.0", text) for name, text in asked.items()} == {
        "same": True, "above": True, "below": False, "far": False,
    }  # fmt: skip


def test_a_pair_is_tried_alone(cache: Peer) -> None:
    cache.admit("0.1", "earlier")
    assert not cache.served("1.0", "0.1")


def test_the_nearest_answer_is_served(cache: Peer) -> None:
    cache.clear()
    assert cache.lookup("1.0") is None
    for cosine in ("0.0", "0.5", "1.0"):
        cache.admit(cosine, f"answer {cosine}")
    assert [cache.lookup(text) for text in ("0.999", "0.501", "0.01")] == ["answer 1.0", "answer 0.5", "answer 0.0"]
    cache.clear()
    assert cache.lookup("1.0") is None


def test_many_at_once_are_kept(cache: Peer) -> None:
    if not isinstance(cache, Subprocess):
        pytest.skip("only the others have it")
    questions = [f"{number / 700:.6f}" for number in range(700)]  # more than are sent at once
    cache.clear()
    cache.fill(questions, questions, Angles().embed(questions))
    assert cache.lookup(questions[650]) == questions[650]
    assert cache.cpu_ms > 0
    cache.clear()


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=300), st.floats(-1, 1))
def test_the_fixed_threshold_serves_what_is_nearest_or_nothing(known: list[float], asked: float) -> None:
    embedder, cache = Angles(), Static(Angles())
    for cosine in known:
        cache.admit(repr(cosine), repr(cosine))
    similarities = embedder.embed([repr(cosine) for cosine in known]) @ embedder.embed([repr(asked)])[0]
    answer = cache.lookup(repr(asked))
    assert (answer is not None) == (similarities.max() >= 0.90)
    assert answer is None or similarities[known.index(float(answer))] == pytest.approx(similarities.max(), abs=1e-6)


def test_the_real_embedder_serves_a_paraphrase(embedder: Embedder) -> None:
    cache = Static(embedder)
    assert cache.served("How do I do a squat?", "How to do a squat?")
    assert not cache.served("How do I do a squat?", "Is creatine safe?")


@pytest.mark.parametrize("name", SUBPROCESSES)
def test_what_is_not_installed_is_said(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    assert peer(name, Angles()) is None
    assert f"{name} is not installed" in capsys.readouterr().out


def test_an_environment_without_the_package_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENVIRONMENT, without_the_package(tmp_path))
    assert peer("gptcache", Angles()) is None
    assert "gptcache ended: no such package" in capsys.readouterr().out


def test_a_peer_that_ends_is_an_error() -> None:
    if not interpreter().exists():
        pytest.skip("no peer is installed")
    cache = Subprocess("gptcache", Angles(), interpreter())
    with closing(cache), pytest.raises(PeerFailed, match="gptcache ended"):
        cache.fill(["0.1"], [], Angles().embed(["0.1"]))


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no peer"):
        peer("rediscache", Angles())
