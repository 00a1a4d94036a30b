"""The steps of a lookup, one strategy each with one contract: a `Hit`, a `Miss`, or None for the next tier to try."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from core.access.model import Actor
from core.database import Database
from core.semantic_cache.model import Evidence, Hit, Miss, Scope, Standing, Weighed, question_key
from core.semantic_cache.queries import exact, hidden
from core.semantic_cache.records import CacheEntry


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way through the tiers."""

    scope: Scope
    question: str
    actor: Actor
    now: datetime


class Tier(Protocol):
    """One way to find an answer."""

    def look(self, asked: Asked) -> Hit | Miss | None:
        """Return how the lookup ends, or None to leave it to the next tier."""
        ...


class Off:
    """Nothing is ever served."""

    def look(self, asked: Asked) -> Miss:
        """Return a miss."""
        return Miss(None, Evidence("off"))


class Usable:
    """Whether an entry may be served.

    Parameters
    ----------
    digests : callable
        Returns the digest of each document as it is now; an entry that quotes another text is out of date.
    """

    def __init__(self, digests: Callable[[], Mapping[str, str]]) -> None:
        self._digests = digests

    def current(self, entry: CacheEntry) -> bool:
        """Say whether every document that the entry quotes is as it was."""
        if not entry.documents:
            return True
        now = self._digests()
        return all(now.get(document) == digest for document, digest in entry.documents.items())

    def to(self, entry: CacheEntry, asked: Asked, unseen: set[str]) -> bool:
        """Say whether an entry may be served to who asks; `unseen` are keys of answers that are hidden from them."""
        scope = asked.scope
        return (
            (entry.tenant, entry.release, entry.locale) == (scope.tenant, scope.release, scope.locale)
            and (entry.standing == Standing.SHARED or self.own(entry, asked))
            and entry.answer_key not in unseen
            and self.current(entry)
        )

    @staticmethod
    def own(entry: CacheEntry, asked: Asked) -> bool:
        """Say whether an entry waits for agreement and was made for who asks."""
        return entry.standing == Standing.PENDING and entry.asked_by == asked.actor.id


class Exact:
    """The same question in other case, spacing or punctuation."""

    def __init__(self, database: Database, usable: Usable) -> None:
        self._database = database
        self._usable = usable

    def look(self, asked: Asked) -> Hit | None:
        """Return the newest entry that was asked just this."""
        with self._database.read() as session:
            entries = exact(session, asked.scope, question_key(asked.question), asked.now)
            if not entries:
                return None
            unseen = hidden(session, asked.actor.tenant, asked.actor.id, [entry.answer_key for entry in entries])
        for entry in entries:
            if self._usable.to(entry, asked, unseen):
                return hit(entry, Evidence("exact", 1.0, asked.question), asked.now)
        return None


def hit(entry: CacheEntry, evidence: Evidence, now: datetime, weighed: Weighed | None = None) -> Hit:
    """Return an entry as a hit."""
    evidence = replace(evidence, asked=entry.served, liked=entry.liked)
    return Hit(
        entry.id,
        entry.answer,
        entry.answer_key,
        tuple(entry.sources),
        entry.created_at,
        evidence,
        weighed,
        stale=entry.fresh_until <= now,
    )
