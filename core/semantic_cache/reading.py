"""What a lookup reads, in one small statement a tier: columns and no entities, which would cost more than the query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Text, and_, bindparam, cast, or_, select
from sqlmodel import col

from core.access.model import Actor
from core.database import Database, UtcDateTime
from core.prepared import Prepared
from core.semantic_cache.model import Kind, Scope, Standing
from core.semantic_cache.records import CacheEntry, CacheQuestion, HiddenAnswer

MOST = 10
"""Entries that the exact tier looks at; each may be served to who asks, unless a document changed since."""


class Question(NamedTuple):
    """A known question; ``kind`` is one of :class:`core.semantic_cache.model.Kind`."""

    id: str
    question: str
    key: str
    kind: str


class Owner(NamedTuple):
    """The entry of a question without its answer: what a decision needs of it; ``documents`` is JSON."""

    id: str
    tenant: str
    release: str
    locale: str
    standing: str
    asked_by: str
    answer_key: str
    documents: str
    right: float
    wrong: float


class Told(NamedTuple):
    """What is served of an entry, and what is told about it."""

    answer: str
    sources: Sequence[Mapping[str, Any]]
    created_at: datetime
    fresh_until: datetime
    served: int
    liked: int


Known = Mapping[str, tuple[Question, Owner]]
_OWNER = [
    # Most entries that lie near are never weighed, so that what they quote is read as text.
    cast(col(CacheEntry.documents), Text) if name == "documents" else getattr(CacheEntry, name)
    for name in Owner._fields
]
_TOLD = [getattr(CacheEntry, name) for name in Told._fields]
_ASKED = [getattr(CacheQuestion, name) for name in Question._fields]
_OWN = and_(col(CacheEntry.standing) == Standing.PENDING, col(CacheEntry.asked_by) == bindparam("reader"))
_HIDDEN = and_(
    col(HiddenAnswer.tenant) == bindparam("tenant"),
    col(HiddenAnswer.actor_id) == bindparam("reader"),
    col(HiddenAnswer.answer_key) == col(CacheEntry.answer_key),
)
_LIVE = col(CacheEntry.expires_at) > bindparam("now", type_=UtcDateTime)

# Built once: to put a statement together takes longer than to run it.
_EXACT = Prepared(
    select(*_OWNER, *_TOLD)
    .join(CacheQuestion)
    .outerjoin(HiddenAnswer, _HIDDEN)
    .where(col(CacheQuestion.namespace) == bindparam("namespace"), col(CacheQuestion.key) == bindparam("key"))
    .where(col(CacheQuestion.kind) != Kind.NEGATIVE, _LIVE)
    .where(col(CacheEntry.tenant) == bindparam("tenant"), col(CacheEntry.release) == bindparam("release"))
    .where(col(CacheEntry.locale) == bindparam("locale"))
    .where(or_(col(CacheEntry.standing) == Standing.SHARED, _OWN), col(HiddenAnswer.answer_key).is_(None))
    .order_by(col(CacheEntry.created_at).desc())
    .limit(MOST)
)
_IN_SERVICE = or_(col(CacheEntry.standing) == Standing.PENDING, col(CacheEntry.standing) == Standing.SHARED)
_WHOLE = Prepared(select(*_TOLD).where(col(CacheEntry.id) == bindparam("entry"), _IN_SERVICE))


@cache
def _near(count: int) -> Prepared:
    """Return what reads so many questions by id."""
    ids: list[BindParameter[str]] = [bindparam(f"id{number}", required=True) for number in range(count)]
    return Prepared(
        select(*_ASKED, *_OWNER, col(HiddenAnswer.answer_key))
        .join_from(CacheQuestion, CacheEntry)
        .outerjoin(HiddenAnswer, _HIDDEN)
        .where(col(CacheQuestion.id).in_(ids), _LIVE)
    )


def equal(database: Database, scope: Scope, key: str, reader: Actor, now: datetime) -> Iterator[tuple[Owner, Told]]:
    """Yield the live entries that answer exactly this question and may be shown to `reader`, newest first."""
    where = {"namespace": scope.namespace, "key": key, "now": now, "reader": reader.id}
    where |= {"tenant": scope.tenant, "release": scope.release, "locale": scope.locale}
    for row in _EXACT.rows(database, where):
        yield Owner(*row[: len(_OWNER)]), Told(*row[len(_OWNER) :])


def near(database: Database, ids: Sequence[str], reader: Actor, now: datetime) -> tuple[Known, set[str]]:
    """Return question and live entry for each of these question ids, and the keys of answers hidden from `reader`."""
    known, unseen = {}, set()
    where = {"now": now, "tenant": reader.tenant, "reader": reader.id}
    where |= {f"id{number}": identity for number, identity in enumerate(ids)}
    for row in _near(len(ids)).rows(database, where) if ids else []:
        question = Question(*row[: len(_ASKED)])
        known[question.id] = question, Owner(*row[len(_ASKED) : -1])
        if row[-1] is not None:
            unseen.add(row[-1])
    return known, unseen


def told(database: Database, entry_id: str) -> Told | None:
    """Return what is served of an entry; None once it is out of service."""
    found = _WHOLE.rows(database, {"entry": entry_id})
    return Told(*found[0]) if found else None
