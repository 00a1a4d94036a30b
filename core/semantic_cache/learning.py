"""What the cache believes of its own judgement, learned from the decisions that became known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
from sqlmodel import Session, col, select

from core.database import Database
from core.ports import Clock
from core.semantic_cache.budget import COLD, Window, required
from core.semantic_cache.calibration import PRIOR, Belief
from core.semantic_cache.evidence import NAMES, VERSION, Numbers, stacked
from core.semantic_cache.records import CacheDecision

WINDOW = 1000
"""Decisions that count; older ones were made on another mixture of questions."""
EVERY = 25
LONGEST = timedelta(minutes=1)
DELICATE = 5.0
DEVIATIONS = 0.7
"""Standard deviations below the mean logit at which a decision is taken: a confidence bound, not a best guess."""


@dataclass(frozen=True, slots=True)
class InForce:
    """How decisions are taken now: the belief, and how sure one must be to serve."""

    belief: Belief
    required: float

    def probability(self, features: Numbers) -> float:
        """Return a careful probability that the entry answers, for features of shape (8,)."""
        return float(self.belief.lower(features[None, :], DEVIATIONS)[0])

    def asked_of(self, delicate: bool) -> float:
        """Return how sure one must be; where a wrong answer could hurt, a fifth of the doubt is allowed."""
        return 1 - (1 - self.required) / DELICATE if delicate else self.required


COLD_START = InForce(PRIOR, COLD)


class Learner:
    """Keeps for each tenant what is in force, and learns anew after some decisions or some time.

    Parameters
    ----------
    measure : str
        Embedder and verifier, as ``embedder+verifier``; only decisions that were taken by these, and by features of the
        same meaning, count.
    budget : float
        Largest share of the turns that may be false hits, in (0, 1).
    """

    def __init__(self, database: Database, clock: Clock, measure: str, budget: float) -> None:
        self._database = database
        self._clock = clock
        self.measure = f"{measure}+{VERSION}"
        self._budget = budget
        self._lock = Lock()
        self._known: dict[str, tuple[InForce, datetime, int]] = {}

    def in_force(self, tenant: str) -> InForce:
        """Return what is in force; read from the database at the first call."""
        known = self._known.get(tenant)
        return known[0] if known is not None else self.learn(tenant)

    def noticed(self, tenant: str) -> None:
        """Count a decision that was kept, and learn when it is time to."""
        with self._lock:
            known = self._known.get(tenant)
            if known is None:
                return
            force, at, count = known
            self._known[tenant] = (force, at, count + 1)
        if count + 1 >= EVERY or self._clock.now() - at >= LONGEST:
            self.learn(tenant)

    def learn(self, tenant: str) -> InForce:
        """Learn from the window of recent decisions."""
        with self._database.read() as session:
            rows = recent(session, tenant, self.measure, WINDOW)
        force = learned(rows, self._budget)
        with self._lock:
            self._known[tenant] = (force, self._clock.now(), 0)
        return force


Row = tuple[list[float], float | None, bool]


def recent(session: Session, tenant: str, measure: str, limit: int) -> list[Row]:
    """Return features, label and whether it was served of the newest decisions (at most 10,000).

    A label that the verifier itself gave is left out: its word is a feature already, and no evidence for itself.
    """
    query = select(
        CacheDecision.features, col(CacheDecision.label), CacheDecision.served, col(CacheDecision.labelled_by)
    ).where(CacheDecision.tenant == tenant, CacheDecision.measure == measure)
    newest = query.order_by(col(CacheDecision.at).desc()).limit(min(limit, 10_000))
    own = f"judge:{measure.partition('+')[2].rpartition('+')[0]}"
    return [
        (list(features), None if by == own else label, served) for features, label, served, by in session.exec(newest)
    ]


def learned(rows: list[Row], budget: float) -> InForce:
    """Return what is in force after these decisions."""
    rows = [row for row in rows if len(row[0]) == len(NAMES)]
    if not rows:
        return COLD_START
    x = stacked([row[0] for row in rows])
    label = np.array([np.nan if row[1] is None else row[1] for row in rows])
    known = ~np.isnan(label)
    belief = PRIOR.after(x[known], label[known], np.ones(int(known.sum())))
    window = Window(belief.lower(x, DEVIATIONS), label, np.array([row[2] for row in rows], dtype=float))
    return InForce(belief, required(window, budget))
