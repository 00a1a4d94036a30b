"""A second pair of eyes: an answer reaches others only when two users' answers, or a judge, agree."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core.access.model import Actor
from core.database import Database
from core.errors import ServiceError
from core.ports import Embedder
from core.semantic_cache.history import note
from core.semantic_cache.model import Standing
from core.semantic_cache.records import CacheEntry
from core.text import quantities, tokens

ALIKE = 0.92
"""Cosine from which two answers to one question say the same, if their numbers do."""


def agreeing(
    database: Database, embedder: Embedder, actor: Actor, entry_id: str, answer: str, key: str, now: datetime
) -> bool:
    """Share a pending entry that another user's fresh answer confirms; return whether it is shared now."""
    with database.read() as session:
        entry = session.get(CacheEntry, entry_id)
    if entry is None or not _waits(entry, actor):
        return False
    if entry.answer_key != key and not _same(embedder, entry.answer, answer):
        return False
    with database.begin() as session:
        entry = session.get(CacheEntry, entry_id, with_for_update=True)
        if entry is None or not _waits(entry, actor):
            return False
        share(session, entry, actor.id, now, "a second user got the same answer")
    return True


def share(session: Session, entry: CacheEntry, by: str, now: datetime, why: str) -> None:
    """Serve a pending entry to everybody in its scope."""
    entry.standing = Standing.SHARED
    session.add(entry)
    note(session, entry, now, by, "agreed", why=why)


def _waits(entry: CacheEntry, actor: Actor) -> bool:
    return entry.standing == Standing.PENDING and entry.asked_by != actor.id and entry.tenant == actor.tenant


def _same(embedder: Embedder, one: str, other: str) -> bool:
    if sorted(quantities(tokens(one))) != sorted(quantities(tokens(other))):
        return False
    try:
        vectors = embedder.embed([one, other])
    except ServiceError:
        return False
    return float(vectors[0] @ vectors[1]) >= ALIKE
