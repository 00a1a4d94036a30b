"""What speaks for and against an entry answering a question: a few numbers, in one order, for one pooled model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from core.text import content_words

Numbers = npt.NDArray[np.float64]
NAMES = ("one", "similarity", "margin", "support", "agreement", "verified", "unverified", "record")
VERSION = "2"
"""Changes with the meaning of any feature: what was learned from other ones does not count."""
WIDEST_MARGIN = 0.3
USUAL_MARGIN = 0.15
"""Margin that says nothing, and that of an entry without a rival: nothing near speaks for another answer then, where a
margin of nought would say that two answers are as near."""
SURE = 1e-4
"""The verifier is believed to be wrong at least this often."""
_content = lru_cache(maxsize=4096)(content_words)


@dataclass(frozen=True, slots=True)
class Compared:
    """A question beside the entry that is nearest to it.

    Parameters
    ----------
    similarity : float
        Cosine to the entry's nearest question, in [-1, 1].
    margin : float or None
        Cosine to that question minus the cosine to the nearest question of another entry, or to the nearest negative
        example of this one, in [-2, 2]; None where there is none.
    support : int
        Further questions of the entry among the nearest.
    agreement : float
        Shared content words of both questions over all of theirs (Jaccard), in [0, 1].
    verified : float or None
        The verifier's probability that one answer serves both, in [0, 1]; None without a verifier.
    right, wrong : float
        What is known of the entry's earlier decisions, as (fractional) counts.
    """

    similarity: float
    margin: float | None
    support: int
    agreement: float
    verified: float | None
    right: float = 0.0
    wrong: float = 0.0

    def features(self) -> Numbers:
        """Return the numbers of :data:`NAMES`, shape (8,), each about in [-3, 3]."""
        margin = USUAL_MARGIN if self.margin is None else self.margin
        sure = None if self.verified is None else min(max(self.verified, SURE), 1 - SURE)
        return np.array(
            [
                1.0,
                (self.similarity - 0.8) * 10,
                # Not below -0.15: how far a rival lies ahead says little more.
                (min(max(margin, USUAL_MARGIN - WIDEST_MARGIN), WIDEST_MARGIN) - USUAL_MARGIN) * 10,
                np.log1p(self.support),
                (self.agreement - 0.5) * 4,
                0.0 if sure is None else np.log(sure / (1 - sure)) / 3,
                float(sure is None),
                # Shrunken to nothing where little is known, so that one label does not decide an entry's fate.
                (self.right - self.wrong) / (self.right + self.wrong + 4.0) * 2,
            ]
        )


def agreement(asked: str, known: str) -> float:
    """Return the Jaccard index of the content words of two questions, 1 where neither has any.

    >>> round(agreement("How do I squat?", "How do I squat deeper?"), 2)
    0.5
    """
    one, other = _content(asked), _content(known)
    return len(one & other) / len(one | other) if one | other else 1.0


def stacked(rows: Sequence[Sequence[float]]) -> Numbers:
    """Return feature rows as an array of shape (n, 8)."""
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(NAMES))
