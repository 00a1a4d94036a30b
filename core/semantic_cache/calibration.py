"""How sure the cache is: one logistic model over all entries, from a prior that knows something before the first label.

The maximum of the posterior is found by Newton's method and its spread by Laplace's approximation (MacKay, 1992,
"The evidence framework applied to classification networks"); pooling spares every entry the six labels of its own that
a bound per entry needs (vCache: Schroeder et al., 2025, arXiv:2502.03771). Labels may be soft, in [0, 1]: a vote says
less than a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.semantic_cache.evidence import NAMES, Numbers

STEPS = 50


@dataclass(frozen=True, slots=True)
class Belief:
    """A Gaussian over the weights: mean of shape (8,), precision of shape (8, 8)."""

    mean: Numbers
    precision: Numbers

    def probability(self, x: Numbers) -> Numbers:
        """Return the probability that the entry answers, shape (n,), for features of shape (n, 8).

        It is moderated by the spread of the weights, toward one half where little is known.
        """
        logit, variance = x @ self.mean, self._variance(x)
        return _sigmoid(logit / np.sqrt(1 + np.pi * variance / 8))

    def lower(self, x: Numbers, deviations: float) -> Numbers:
        """Return a lower bound of the probability, `deviations` standard deviations below the mean logit."""
        return _sigmoid(x @ self.mean - deviations * np.sqrt(self._variance(x)))

    def _variance(self, x: Numbers) -> Numbers:
        variance: Numbers = np.einsum("ij,ji->i", x, np.linalg.solve(self.precision, x.T))
        return variance

    def after(self, x: Numbers, labels: Numbers, weights: Numbers) -> Belief:
        """Return the belief after labelled decisions.

        Parameters
        ----------
        x : array of shape (n, 8)
        labels : array of shape (n,), in [0, 1]
        weights : array of shape (n,)
            How much each label counts, at least 0.
        """
        mean, precision = self.mean.copy(), self.precision
        for _ in range(STEPS):
            p = _sigmoid(x @ mean)
            gradient = x.T @ (weights * (labels - p)) - self.precision @ (mean - self.mean)
            precision = self.precision + (x * (weights * p * (1 - p))[:, None]).T @ x
            step = np.linalg.solve(precision, gradient)
            if np.abs(step).max() < 1e-6:
                break
            # A surprise lies where the curve is flat, and a whole step would overshoot without end.
            start, rise, size = self._height(mean, x, labels, weights), float(gradient @ step), 1.0
            while self._height(mean + size * step, x, labels, weights) < start + 0.1 * size * rise and size > 1e-6:
                size /= 2
            mean = mean + size * step
        return Belief(mean, precision)

    def _height(self, mean: Numbers, x: Numbers, labels: Numbers, weights: Numbers) -> float:
        """Return the logarithm of the posterior at `mean`, up to a constant."""
        logit, away = x @ mean, mean - self.mean
        return float(weights @ (labels * logit - np.logaddexp(0.0, logit)) - 0.5 * away @ self.precision @ away)


def _sigmoid(logit: Numbers) -> Numbers:
    value: Numbers = 1 / (1 + np.exp(-np.clip(logit, -40, 40)))
    return value


_PRIOR = {
    "one": (1.1, 0.7),
    "similarity": (0.3, 0.4),
    "margin": (0.6, 0.4),
    "support": (0.8, 0.4),
    "agreement": (0.1, 0.3),
    "verified": (2.7, 0.7),
    "unverified": (-1.0, 0.5),
    "record": (1.0, 0.5),
}
"""Mean and standard deviation of each weight before the first label.

The verifier is nearly all there is to go by then; three of its logits are one step of the feature, so that a weight of
3 would be to believe it."""
PRIOR = Belief(
    np.array([_PRIOR[name][0] for name in NAMES]), np.diag(np.array([_PRIOR[name][1] for name in NAMES]) ** -2.0)
)
