"""What is kept of a lookup: the decision with its evidence, whom the entry was served to, and what a judge will see."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, update

from core.access.model import Actor
from core.semantic_cache.model import CachePolicy, Hit, Miss, Scope, Weighed
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheServing

GREY = 0.05
"""Probability from which a miss is worth a verdict: it may teach an alias or a negative example."""
_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Keeping:
    """Writes what a lookup decided; ``measure`` names the embedder and verifier whose figures these are."""

    policy: CachePolicy
    measure: str

    def keep(
        self,
        session: Session,
        scope: Scope,
        actor: Actor,
        looked: Hit | Miss,
        turn_id: str,
        now: datetime,
        made: str | None,
    ) -> None:
        """Write the decision, and count a hit on its entry."""
        if looked.weighed is not None:
            session.add(self.decision(scope, actor, looked.weighed, now, made))
        if not isinstance(looked, Hit):
            return
        entry = update(CacheEntry).where(col(CacheEntry.id) == looked.entry_id)
        session.exec(entry.values(served=col(CacheEntry.served) + 1, served_at=now))
        if looked.stale:
            session.exec(entry.where(col(CacheEntry.renew_at).is_(None)).values(renew_at=now))
        session.add(
            CacheServing(turn_id=turn_id, entry_id=looked.entry_id, tenant=scope.tenant, actor_id=actor.id, at=now)
        )

    def decision(
        self, scope: Scope, actor: Actor, weighed: Weighed, now: datetime, made: str | None = None
    ) -> CacheDecision:
        """Return the row of a decision; whether a judge looks at it is drawn here.

        All doubtful misses are looked at, and of the hits a random share, weighted so that they stand for all.
        """
        weight = 1.0
        if weighed.served:
            looked_at = _chance.random() < self.policy.audit_share
            weight = 1 / self.policy.audit_share if looked_at else 1.0
        else:
            looked_at = weighed.probability >= GREY
        return CacheDecision(
            id=weighed.id, tenant=scope.tenant, measure=self.measure, namespace=scope.namespace, actor_id=actor.id,
            at=now, question=weighed.question, entry_id=weighed.entry_id, known=weighed.known,
            features=list(weighed.features), similarity=weighed.similarity, probability=weighed.probability,
            required=weighed.required, served=weighed.served, fresh_entry_id=made, weight=weight,
            judge_state="open" if looked_at else "none",
        )  # fmt: skip
