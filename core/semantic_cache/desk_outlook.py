"""What the kept decisions say: how similar right and wrong ones were, and what each error budget would have served.

Pure: rows in, values out. The false hits are estimated from decisions that were looked at by chance, each weighted by
one over that chance (Horvitz and Thompson, 1952; as a ratio, Hájek, 1971), with the effective sample size of Kish
(1965). Labels that came by themselves, as thumbs do, are left out: who votes is no random sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.semantic_cache.budget import Window, required
from core.semantic_cache.calibration import PRIOR
from core.semantic_cache.desk_model import Bin, Budgeted, Share
from core.semantic_cache.evidence import NAMES, Numbers, stacked
from core.semantic_cache.learning import DEVIATIONS

LOWEST = 0.5
"""Similarity below which all decisions share the first bin."""
WIDTH = 0.025


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision as it is kept.

    ``looked`` says that it was chosen for a judge, by chance or for being doubtful, and that no thumb labelled it.
    """

    similarity: float
    features: Sequence[float]
    served: bool
    label: float | None
    weight: float
    looked: bool


def bins(decisions: Sequence[Kept]) -> tuple[Bin, ...]:
    """Return how many decisions were right, wrong or are unknown, in bins of similarity up to 1."""
    edges = np.linspace(LOWEST, 1.0, round((1.0 - LOWEST) / WIDTH) + 1)
    similarity = np.array([one.similarity for one in decisions])
    place = np.clip(np.digitize(similarity, edges) - 1, 0, len(edges) - 2)
    known = np.array([-1 if one.label is None else int(one.label >= 0.5) for one in decisions])
    return tuple(
        Bin(float(low), float(high), *(int(((place == number) & (known == what)).sum()) for what in (1, 0, -1)))
        for number, (low, high) in enumerate(pairwise(edges))
    )


def false_share(decisions: Sequence[Kept]) -> Share:
    """Return the share of these decisions whose entry does not answer the question, from the ones looked at."""
    looked = [one for one in decisions if one.looked and one.label is not None]
    if not looked:
        return Share()
    weight = np.array([one.weight for one in looked])
    wrong = np.array([1 - (one.label or 0.0) for one in looked])
    total = weight.sum()
    return Share(float((weight * wrong).sum() / total), float(total**2 / (weight**2).sum()))


def outlook(decisions: Sequence[Kept], budgets: Sequence[float]) -> tuple[Budgeted, ...]:
    """Return what each budget would have served, as sure as the cache is of each decision by now.

    Decisions of an earlier version, whose features are others, are left out.
    """
    decisions = [one for one in decisions if len(one.features) == len(NAMES)]
    if not decisions:
        return ()
    label = np.array([np.nan if one.label is None else one.label for one in decisions])
    window = Window(_probability(decisions, label), label, np.array([float(one.served) for one in decisions]))
    return tuple(_budgeted(decisions, window, budget) for budget in budgets)


def _budgeted(decisions: Sequence[Kept], window: Window, budget: float) -> Budgeted:
    threshold = required(window, budget)
    would: npt.NDArray[np.bool_] = window.probability >= threshold
    wrong = 1 - np.where(np.isnan(window.label), window.probability, window.label)
    return Budgeted(
        budget=budget,
        required=threshold,
        served=int(would.sum()),
        weighed=window.size,
        believed=float(wrong[would].sum()) / window.size,
        found=false_share([one for one, is_in in zip(decisions, would, strict=True) if is_in]),
    )


def _probability(decisions: Sequence[Kept], label: Numbers) -> Numbers:
    """Return the careful probabilities that the cache would take its decisions by today."""
    x, known = stacked([one.features for one in decisions]), ~np.isnan(label)
    belief = PRIOR.after(x[known], label[known], np.ones(int(known.sum())))
    return belief.lower(x, DEVIATIONS)
