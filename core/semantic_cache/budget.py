"""The error budget: how sure the cache must be, so that at most a given share of its turns are false hits.

As in conformal risk control (Angelopoulos et al., 2024, arXiv:2208.02814) the least strict threshold is taken whose
risk stays within the budget: here the expected share of false hits among the recent turns, with a margin for what is
not known of them, and more where hits that were looked at failed more often than believed. vCache (arXiv:2502.03771)
bounds the same risk entry by entry.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.semantic_cache.evidence import Numbers

COLD = 0.9
"""How sure the cache must be while it has seen little."""
LEAST = 0.5
ENOUGH = 200
"""Turns below which the window says too little to go below :data:`COLD`."""
DEVIATIONS = 2.0
"""Standard deviations of what is not known that are kept as a margin."""
TRUST = 4.0
"""False hits, expected and found, that count as seen before the first: calibration is doubted slowly."""


@dataclass(frozen=True, slots=True)
class Window:
    """Recent weighed turns, each an element of the arrays of shape (n,).

    ``probability`` is what is believed of each now, ``label`` what became known, NaN where nothing did, and ``served``
    is 1 where the entry was served, else 0.
    """

    probability: Numbers
    label: Numbers
    served: Numbers

    @property
    def size(self) -> int:
        """Number of turns."""
        return len(self.probability)

    def doubt(self) -> float:
        """Return by what factor served turns failed more often than believed, at least 1."""
        known = (self.served > 0) & ~np.isnan(self.label)
        found = float((1 - self.label[known]).sum())
        expected = float((1 - self.probability[known]).sum())
        return max(1.0, (found + TRUST) / (expected + TRUST))


def required(window: Window, budget: float) -> float:
    """Return the least probability at which an entry is served, in [0.5, 1].

    Parameters
    ----------
    budget : float
        Largest share of the turns that may be false hits, in (0, 1).
    """
    if window.size == 0:
        return COLD
    unknown = np.isnan(window.label)
    risk = np.where(unknown, (1 - window.probability) * window.doubt(), 1 - np.nan_to_num(window.label))
    risk = np.clip(risk, 0, 1)
    order = np.argsort(-window.probability)
    risk, sure = risk[order], window.probability[order]
    spread = np.sqrt(np.cumsum(np.where(unknown[order], risk * (1 - risk), 0.0)))
    bound = (np.cumsum(risk) + DEVIATIONS * spread) / max(window.size, ENOUGH)
    # Turns that are equally sure are served together or not at all.
    last = np.append(sure[1:] < sure[:-1], True)
    within = np.flatnonzero((bound <= budget) & last)
    threshold = float(sure[within[-1]]) if len(within) else 1.0
    return max(threshold, COLD if window.size < ENOUGH else LEAST)
