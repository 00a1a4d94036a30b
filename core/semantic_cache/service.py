"""Lookup and admission. One contract: a lookup ends in a `Hit` or a `Miss`, and both carry their evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from core.access.model import Actor
from core.database import Database, new_id
from core.ports import Clock, Embedder, Vector, VectorStore, Verifier
from core.semantic_cache.admission import agreeing, share
from core.semantic_cache.history import note
from core.semantic_cache.keeping import Keeping
from core.semantic_cache.learning import Learner
from core.semantic_cache.model import (
    CachePolicy,
    Hidden,
    Hit,
    Miss,
    Scope,
    Standing,
    opening_of,
    question_key,
)
from core.semantic_cache.quarantine import is_refused
from core.semantic_cache.queries import all_hidden, exact, newest_with
from core.semantic_cache.records import CacheEntry, CacheQuestion, HiddenAnswer
from core.semantic_cache.renewing import Successor, due, succeed
from core.semantic_cache.semantic import Semantic
from core.semantic_cache.tiers import Asked, Exact, Off, Tier, Usable
from core.semantic_cache.upkeep import Upkeep
from core.semantic_cache.veto import Veto

Digests = Callable[[], Mapping[str, str]]


class SemanticCache:
    """Answers that may be shared, found by what a question means.

    Parameters
    ----------
    veto : callable
        Returns the rules in force; asked at each lookup, because the knowledge can change.
    verifier : Verifier or None
        Reads the question beside the nearest known one; without it the evidence is weaker and more is missed.
    digests : callable
        Returns the digest of each document of the knowledge as it is now, by its id.
    """

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        store: VectorStore,
        clock: Clock,
        veto: Callable[[], Veto],
        *,
        policy: CachePolicy,
        verifier: Verifier | None = None,
        digests: Digests = dict,
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._clock = clock
        self._policy = policy
        self._digests = digests
        measure = f"{embedder.name}+{verifier.name if verifier else 'none'}"
        self.learner = Learner(database, clock, measure, policy.error_budget)
        self.upkeep = Upkeep(database, embedder, store, clock, policy)
        usable = Usable(digests)
        semantic = Semantic(database, embedder, store, verifier, veto, usable, self.learner)
        self._tiers: Sequence[Tier] = (Exact(database, usable), semantic) if policy.enabled else (Off(),)

    def lookup(self, scope: Scope, question: str, actor: Actor) -> Hit | Miss:
        """Find an answer to `question` in `scope` that `actor` may see."""
        asked = Asked(scope, question, actor, self._clock.now())
        for tier in self._tiers:
            found = tier.look(asked)
            if found is not None:
                return found
        raise AssertionError("the last tier always decides")

    def keep(
        self,
        session: Session,
        scope: Scope,
        actor: Actor,
        looked: Hit | Miss,
        turn_id: str,
        *,
        made: str | None = None,
    ) -> None:
        """Keep what a lookup decided, with the turn that it was for, in the turn's transaction.

        Call :meth:`learned` once that transaction is committed.

        Parameters
        ----------
        made : str or None
            The entry of the answer that was made instead of a hit.
        """
        rules = Keeping(self._policy, self.learner.measure)
        rules.keep(session, scope, actor, looked, turn_id, self._clock.now(), made)

    def learned(self, scope: Scope) -> None:
        """Let the new evidence count."""
        self.learner.noticed(scope.tenant)

    def admit(
        self,
        scope: Scope,
        question: str,
        vector: Vector | None,
        answer: str,
        sources: Sequence[Mapping[str, Any]],
        *,
        key: str,
        by: Actor,
        vouched: bool,
        cost_usd: float = 0.0,
        redundancy: int = 1,
    ) -> str | None:
        """Keep an answer under its `key`; return the entry's id.

        None when the cache is off, or when this answer is known not to serve this question.

        The row is written first: if the store fails or the process dies, :meth:`reconcile` catches up.

        Parameters
        ----------
        by : Actor
            Who asked. Until somebody or something agrees, the entry is served to this user only.
        vouched : bool
            Whether the answer was checked word by word against the library, which counts as agreement.
        redundancy : int
            One, and one for each entry that is close already.
        """
        if not self._policy.enabled:
            return None
        now = self._clock.now()
        entry = CacheEntry(
            id=new_id(), tenant=scope.tenant, release=scope.release, locale=scope.locale,
            standing=Standing.SHARED if vouched else Standing.PENDING, asked_by=by.id, answer=answer, answer_key=key,
            sources=[dict(source) for source in sources],
            documents=self._documents(sources),
            cost_usd=cost_usd, redundancy=redundancy, created_at=now, fresh_until=now + self._policy.fresh_for,
            expires_at=now + self._policy.time_to_live,
        )  # fmt: skip
        row = CacheQuestion(
            id=new_id(), entry_id=entry.id, namespace=scope.namespace, key=question_key(question), question=question,
            indexed=False, asked_by=by.id,
        )  # fmt: skip
        with self._database.begin() as session:
            if is_refused(session, scope, question, key):
                return None
            if (there := self._there(session, scope, question, entry)) is not None:
                return there
            session.add(entry)
            session.flush()
            session.add(row)
            note(session, entry, now, by.id, "made", standing=entry.standing, question=question)
        if vector is not None:
            self.upkeep.index([(row, entry, vector)])
        return entry.id

    def agree(self, actor: Actor, looked: Miss, answer: str, key: str) -> bool:
        """Share a pending entry of another user if this fresh answer to the same question says the same."""
        weighed = looked.weighed
        if weighed is None or weighed.probability < weighed.required:
            return False
        return agreeing(self._database, self._embedder, actor, weighed.entry_id, answer, key, self._clock.now())

    def due(self, release: str) -> tuple[str, str] | None:
        """Claim an entry of a release that waits to be made anew; return its id and its first question."""
        return due(self._database, release, self._clock.now())

    def renew(
        self,
        entry_id: str,
        answer: str,
        sources: Sequence[Mapping[str, Any]],
        *,
        key: str,
        vouched: bool,
        cost_usd: float,
    ) -> bool:
        """Put an answer that was made anew in the place of a stale entry, which stays served until it is agreed on."""
        new = Successor(answer, key, sources, self._documents(sources), vouched, cost_usd)
        with self._database.begin() as session:
            return succeed(session, entry_id, new, self._policy, self._clock.now())

    def _there(self, session: Session, scope: Scope, question: str, new: CacheEntry) -> str | None:
        """Return the entry that gives this answer to this question already: another one would split its votes.

        It was made anew, and so counts as made now; that is no hit.
        """
        for known in exact(session, scope, question_key(question), new.created_at):
            if known.answer_key == new.answer_key and known.documents == new.documents:
                known.created_at, known.fresh_until, known.expires_at = new.created_at, new.fresh_until, new.expires_at
                known.renew_at = None
                if known.standing == Standing.PENDING and new.standing == Standing.SHARED:
                    share(session, known, new.asked_by, new.created_at, "checked against the library")
                session.add(known)
                return known.id
        return None

    def _documents(self, sources: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Return the documents that are quoted, each with the digest of its text now."""
        digests = self._digests()
        quoted = {str(source["document_id"]) for source in sources if "document_id" in source}
        return {document: digests[document] for document in quoted if document in digests}

    def entry_of(self, session: Session, scope: Scope, key: str) -> str | None:
        """Return the newest entry of a scope with this answer."""
        return newest_with(session, scope, key)

    def reconcile(self) -> int:
        """Make index, database and limits agree; return how many rows changed. The scheduler does so every minute."""
        return self.upkeep.reconcile()

    def hidden_from(self, actor: Actor) -> Hidden:
        """Return what this user must not be shown again."""
        with self._database.read() as session:
            rows = all_hidden(session, actor.tenant, actor.id)
        return Hidden(frozenset(row.answer_key for row in rows), tuple(row.opening for row in rows))


def hide(session: Session, actor: Actor, key: str, answer: str) -> None:
    """Never show the answer of this key to this user again; in the transaction of the vote that says so."""
    session.merge(HiddenAnswer(tenant=actor.tenant, actor_id=actor.id, answer_key=key, opening=opening_of(answer)))


def unhide(session: Session, actor: Actor, key: str) -> None:
    """Take :func:`hide` back, when the vote is changed or withdrawn."""
    row = session.get(HiddenAnswer, (actor.tenant, actor.id, key))
    if row is not None:
        session.delete(row)
