"""A verdict, and the probability that it leaves."""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 0.01
"""No earlier probability is believed to be nearer to 0 or 1 than this."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge said: ``same`` whether the answer serves the question, None where it cannot say.

    ``reason`` is one sentence; ``tokens`` what the call took, in and out; ``read`` says that the answer was read, and
    not only the questions compared.
    """

    same: bool | None
    reason: str
    tokens: int = 0
    read: bool = True


def posterior(probability: float, same: bool, reliability: float) -> float:
    """Return by Bayes' rule the probability that the answer serves, after a verdict.

    A judge is right with the same probability whatever the truth is: the one-coin case of Dawid and Skene (1979,
    "Maximum likelihood estimation of observer error-rates using the EM algorithm").

    Parameters
    ----------
    probability : float
        Before the verdict, in [0, 1].
    reliability : float
        Probability that a verdict is right, in (0, 1).

    Examples
    --------
    >>> round(posterior(0.5, True, 0.95), 2), round(posterior(0.9, False, 0.95), 2)
    (0.95, 0.32)
    """
    prior = min(max(probability, LEAST), 1 - LEAST)
    ratio = reliability / (1 - reliability)
    odds = prior / (1 - prior) * (ratio if same else 1 / ratio)
    return odds / (1 + odds)
