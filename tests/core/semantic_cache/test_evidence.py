from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.semantic_cache.calibration import PRIOR
from core.semantic_cache.evidence import NAMES, Compared, agreement, stacked
from core.semantic_cache.semantic import LEAST_SIMILARITY, NEAREST

quickly = settings(deadline=None, max_examples=80)
share = st.floats(0, 1)
counts = st.floats(0, 1e6)
COMPARED = st.builds(
    Compared, st.floats(LEAST_SIMILARITY, 1), st.none() | st.floats(-2, 2), st.integers(0, NEAREST - 1), share,
    st.none() | share, counts, counts,
)  # fmt: skip
TEXTS = st.text(max_size=60)
BETTER = {
    "similarity": st.floats(LEAST_SIMILARITY, 1),
    "margin": st.floats(-2, 2),
    "support": st.integers(0, NEAREST - 1),
    "agreement": share,
    "verified": share,
    "right": counts,
}


@quickly
@given(COMPARED)
def test_features_are_small_numbers_in_a_known_order(compared: Compared) -> None:
    features = compared.features()
    assert features.shape == (len(NAMES),)
    assert np.isfinite(features).all()
    assert np.abs(features).max() <= 3.1


@pytest.mark.parametrize("name", BETTER)
@quickly
@given(compared=COMPARED, data=st.data())
def test_what_speaks_for_an_entry_never_speaks_against_it(name: str, compared: Compared, data: st.DataObject) -> None:
    low, high = sorted([data.draw(BETTER[name]), data.draw(BETTER[name])])
    less, more = replace(compared, **{name: low}).features(), replace(compared, **{name: high}).features()
    changed = NAMES.index("record" if name == "right" else name)
    assert more[changed] >= less[changed]
    assert np.delete(more, changed) == pytest.approx(np.delete(less, changed))
    assert more @ PRIOR.mean >= less @ PRIOR.mean


@quickly
@given(COMPARED, counts)
def test_what_was_wrong_speaks_against_an_entry(compared: Compared, more: float) -> None:
    worse = replace(compared, wrong=compared.wrong + more).features()
    assert worse[-1] <= compared.features()[-1] + 1e-9


def test_one_label_does_not_decide_an_entrys_fate() -> None:
    bare = Compared(0.9, None, 0, 0.5, 0.99)
    one, many = (replace(bare, wrong=wrong).features()[-1] for wrong in (1.0, 100.0))
    assert bare.features()[-1] == 0
    assert -0.5 < one < 0
    assert many < 3 * one


def test_an_entry_without_a_rival_stands_out_more_than_one_whose_rival_is_as_near() -> None:
    alone, crowded, apart = (Compared(0.9, margin, 0, 0.5, 0.99).features() @ PRIOR.mean for margin in (None, 0.0, 0.3))
    assert crowded < alone < apart


def test_without_a_verifier_that_is_evidence_of_its_own() -> None:
    unread, unsure = (Compared(0.9, None, 0, 0.5, verified).features() for verified in (None, 0.5))
    differs = [name for name, one, other in zip(NAMES, unread, unsure, strict=True) if one != other]
    assert differs == ["unverified"]


@quickly
@given(TEXTS, TEXTS)
def test_agreement_is_a_share_and_knows_no_order(one: str, other: str) -> None:
    assert 0 <= agreement(one, other) <= 1
    assert agreement(one, other) == agreement(other, one)
    assert agreement(one, one) == 1


def test_no_rows_are_stacked_as_an_empty_table() -> None:
    assert stacked([]).shape == (0, len(NAMES))
    assert stacked([[1.0] * len(NAMES)] * 3).shape == (3, len(NAMES))
