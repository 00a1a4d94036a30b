"""The steps of a lookup, one strategy each with one contract: a `Hit`, a `Miss`, or None for the next tier to try."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from core.access.model import Actor
from core.database import Database
from core.semantic_cache.model import Evidence, Hit, Miss, Scope, Standing, Weighed, question_key
from core.semantic_cache.reading import Owner, Told, equal


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

    def current(self, entry: Owner) -> bool:
        """Say whether every document that the entry quotes is as it was."""
        quoted = json.loads(entry.documents)
        if not quoted:
            return True
        now = self._digests()
        return all(now.get(document) == digest for document, digest in quoted.items())

    def to(self, entry: Owner, asked: Asked, unseen: set[str]) -> bool:
        """Say whether an entry may be served to who asks; `unseen` are keys of answers that are hidden from them."""
        scope = asked.scope
        return (
            (entry.tenant, entry.release, entry.locale) == (scope.tenant, scope.release, scope.locale)
            and self.seen(entry, asked)
            and entry.answer_key not in unseen
            and self.current(entry)
        )

    @staticmethod
    def seen(entry: Owner, asked: Asked) -> bool:
        """Say whether an entry is shared, or waits for agreement and was made for who asks."""
        own = entry.standing == Standing.PENDING and entry.asked_by == asked.actor.id
        return entry.standing == Standing.SHARED or own


class Exact:
    """The same question in other case, spacing or punctuation."""

    def __init__(self, database: Database, usable: Usable) -> None:
        self._database = database
        self._usable = usable

    def look(self, asked: Asked) -> Hit | None:
        """Return the newest entry that was asked just this."""
        for entry, told in equal(self._database, asked.scope, question_key(asked.question), asked.actor, asked.now):
            if self._usable.to(entry, asked, set()):
                return hit(entry, told, Evidence("exact", 1.0, asked.question), asked.now)
        return None


def hit(entry: Owner, told: Told, evidence: Evidence, now: datetime, weighed: Weighed | None = None) -> Hit:
    """Return an entry as a hit."""
    evidence = replace(evidence, asked=told.served, liked=told.liked)
    return Hit(
        entry.id,
        told.answer,
        entry.answer_key,
        tuple(told.sources),
        told.created_at,
        evidence,
        weighed,
        stale=told.fresh_until <= now,
    )
