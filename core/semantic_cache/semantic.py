"""The semantic tier: the nearest entry that no rule speaks against, weighed against the error budget."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from core.database import Database, new_id
from core.errors import ServiceError
from core.ports import Embedder, Match, Vector, VectorStore, Verifier
from core.semantic_cache.evidence import Compared, agreement
from core.semantic_cache.learning import InForce, Learner
from core.semantic_cache.model import Evidence, Hit, Miss, Weighed, question_key
from core.semantic_cache.nearest import Candidate, Vetoed, nearest, redundancy
from core.semantic_cache.queries import OPEN
from core.semantic_cache.reading import Known, Owner, Question, near, told
from core.semantic_cache.tiers import Asked, Usable, hit
from core.semantic_cache.veto import Veto

log = logging.getLogger(__name__)
NEAREST = 16
LEAST_SIMILARITY = 0.6
"""Cosine below which nothing is weighed."""


class Semantic:
    """The nearest entry that no rule speaks against, if the evidence is strong enough for the error budget."""

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        store: VectorStore,
        verifier: Verifier | None,
        veto: Callable[[], Veto],
        usable: Usable,
        learner: Learner,
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._store = store
        self._verifier = verifier
        self._veto = veto
        self._usable = usable
        self._learner = learner

    def look(self, asked: Asked) -> Hit | Miss:
        """Return a hit or, with the question's vector, a miss."""
        try:
            vector = self._embedder.embed([asked.question])[0]
        except ServiceError as error:
            log.warning("cache_without_embedding", extra={"reason": str(error)})
            return Miss(None, Evidence("none", degraded=True))
        try:
            return self._weigh(asked, vector)
        except ServiceError as error:
            log.warning("cache_without_index", extra={"reason": str(error)})
            return Miss(vector, Evidence("none", degraded=True))

    def _weigh(self, asked: Asked, vector: Vector) -> Hit | Miss:
        scope = asked.scope
        where = {"tenant": scope.tenant, "release": scope.release, "locale": scope.locale}
        matches = self._store.query(scope.namespace, vector, limit=NEAREST, where=where)
        close = [match for match in matches if match.score >= LEAST_SIMILARITY]
        if not close:
            return Miss(vector, Evidence("none", matches[0].score if matches else None))
        known, unseen = near(self._database, [match.id for match in close], asked.actor, asked.now)
        found = self._best(asked, vector, close, known, unseen)
        return replace(found, redundancy=redundancy(close, known)) if isinstance(found, Miss) else found

    def _best(self, asked: Asked, vector: Vector, close: list[Match], known: Known, unseen: set[str]) -> Hit | Miss:
        """Decide on the nearest entry that may be served; if it is not, on the nearest that waits for agreement.

        What waits is weighed so that a fresh answer can agree with it. It covers nothing that may be served.
        """
        veto = self._veto()

        @cache  # both searches ask about the same questions
        def reason(other: str) -> str | None:
            return veto.reason(asked.question, other)

        def servable(entry: Owner) -> bool:
            return self._usable.to(entry, asked, unseen)

        def weighable(entry: Owner) -> bool:
            return entry.standing in OPEN and entry.answer_key not in unseen and self._usable.current(entry)

        def best_of(usable: Callable[[Owner], bool]) -> tuple[Candidate | None, Vetoed | None]:
            return nearest(
                close,
                known,
                usable,
                reason,
                LEAST_SIMILARITY,
                lambda entry: self._usable.seen(entry, asked),
            )

        best, vetoed = best_of(servable)
        found = self._decide(asked, vector, best, vetoed) if best else None
        if isinstance(found, Hit):
            return found
        waiting, vetoed = best_of(weighable)
        if waiting is not None and (best is None or waiting.question.id != best.question.id):
            found = self._decide(asked, vector, waiting, vetoed)
        return found or Miss(vector, _nothing(close[0].score, vetoed))

    def _decide(self, asked: Asked, vector: Vector, best: Candidate, vetoed: Vetoed | None) -> Hit | Miss:
        force = self._learner.in_force(asked.scope.tenant)
        veto = self._veto()
        delicate = veto.is_delicate(asked.question) or veto.is_delicate(best.question.question)
        weighed = self._weighed(asked.question, best, force, force.asked_of(delicate))
        may_see = self._usable.to(best.entry, asked, set())
        weighed = replace(weighed, served=may_see and weighed.probability >= weighed.required)
        evidence = Evidence(
            "semantic" if weighed.served else "none",
            best.similarity,
            best.question.question,
            vetoed.reason if vetoed and not weighed.served else None,
            weighed.probability,
            weighed.required,
            decision=weighed.id,
        )
        whole = told(self._database, best.entry.id) if weighed.served else None
        if whole is None:  # not served, or gone since it was found
            return Miss(vector, evidence, replace(weighed, served=False))
        return hit(best.entry, whole, evidence, asked.now, weighed)

    def _weighed(self, question: str, best: Candidate, force: InForce, required: float) -> Weighed:
        known = best.question.question
        verified = self._verified(question, best.question)
        compared = Compared(
            best.similarity,
            best.margin,
            best.support,
            agreement(question, known),
            verified,
            best.entry.right,
            best.entry.wrong,
        )
        features = compared.features()
        return Weighed(
            id=new_id(),
            question=question,
            entry_id=best.entry.id,
            known=known,
            features=tuple(features.tolist()),
            similarity=best.similarity,
            probability=force.probability(features),
            required=required,
            served=False,
        )

    def _verified(self, question: str, known: Question) -> float | None:
        if known.key == question_key(question):
            return 1.0  # the same question, of an entry that the exact tier may not serve yet
        return None if self._verifier is None else float(self._verifier.compare(question, [known.question])[0])


def _nothing(similarity: float, vetoed: Vetoed | None) -> Evidence:
    if vetoed is None:
        return Evidence("none", similarity)
    return Evidence("none", vetoed.similarity, vetoed.question, vetoed.reason)
