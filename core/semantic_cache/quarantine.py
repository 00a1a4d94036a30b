"""Taking an entry out of service, and back: quarantined, released, retired, restored.

Each step is a conditional update of an entry: of two servers that take one, the second changes nothing and gets False.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from core.access.model import Actor, Role, require, system
from core.access.records import write_audit
from core.semantic_cache.history import last, note
from core.semantic_cache.model import Kind, Scope, Standing, question_key
from core.semantic_cache.queries import OPEN, questions_of
from core.semantic_cache.records import CacheEntry, CacheQuestion, CacheServing

AGAIN = timedelta(days=7)
"""An entry that is quarantined again this soon after its release waits for a person."""
BEFORE = "before"


def locked(session: Session, *ids: str) -> dict[str, CacheEntry]:
    """Return these entries as they are now, locked to the end of the transaction, always in the same order."""
    query = select(CacheEntry).where(col(CacheEntry.id).in_(ids)).order_by(col(CacheEntry.id))
    found = session.exec(query.with_for_update().execution_options(populate_existing=True))
    return {entry.id: entry for entry in found}


def quarantine(session: Session, entry: CacheEntry, by: Actor, at: datetime, why: str) -> bool:
    """Serve an entry to nobody for now; return whether it was served before.

    A judge looks at it next, unless a person did this or it was released only days ago: then a person decides.

    Raises
    ------
    ForbiddenError
        Only an admin and the system may.
    """
    require(by, Role.ADMIN)
    released = last(session, entry.id, "released")
    held = _is_person(by) or (released is not None and at - released.at < AGAIN)
    state = "held" if held else "open"
    return _step(session, entry, OPEN, Standing.QUARANTINED, "quarantined", by, at, why, state)


def release(session: Session, entry: CacheEntry, by: Actor, at: datetime, why: str, *, verified: bool = True) -> bool:
    """Serve a quarantined entry again; return whether it was quarantined.

    Parameters
    ----------
    verified : bool
        Somebody or something found the answer right: earlier votes and false hits no longer speak against it. False:
        they were only taken back.
    """
    require(by, Role.ADMIN)
    quarantined = last(session, entry.id, "quarantined")
    before = Standing(quarantined.detail[BEFORE]) if quarantined else Standing.SHARED
    what = "released" if verified else "reopened"
    # An entry that was pending, and is not verified, has its own question to a judge still open.
    state = "done" if verified else "open"
    return _step(session, entry, (Standing.QUARANTINED,), before, what, by, at, why, state)


def retire(session: Session, entry: CacheEntry, by: Actor, at: datetime, why: str) -> bool:
    """Serve an entry never again, and keep its questions as negative examples; return whether it was not yet retired.

    :func:`restore` undoes this.
    """
    require(by, Role.ADMIN)
    rows = questions_of(session, entry.id)
    kinds = {kind: " ".join(row.id for row in rows if row.kind == kind) for kind in (Kind.ASKED, Kind.ALIAS)}
    before = (*OPEN, Standing.QUARANTINED)
    if not _step(session, entry, before, Standing.RETIRED, "retired", by, at, why, "done", **kinds):
        return False
    _become(session, [row.id for row in rows], entry.id, Kind.NEGATIVE)
    return True


def restore(session: Session, entry: CacheEntry, by: Actor, at: datetime, why: str) -> bool:
    """Undo :func:`retire`, for all questions that are still its own; return whether the entry was retired."""
    require(by, Role.ADMIN)
    retired = last(session, entry.id, "retired")
    if retired is None:
        return False
    before = Standing(retired.detail[BEFORE])
    state = "held" if before == Standing.QUARANTINED else "done"
    if not _step(session, entry, (Standing.RETIRED,), before, "restored", by, at, why, state):
        return False
    for kind in (Kind.ASKED, Kind.ALIAS):
        _become(session, retired.detail.get(kind, "").split(), entry.id, kind)
    return True


def served_to(session: Session, tenant: str, entry_id: str, limit: int = 1000) -> list[CacheServing]:
    """Return to whom and when an entry was served (the newest 10,000 at most), newest first."""
    query = select(CacheServing).where(CacheServing.entry_id == entry_id, CacheServing.tenant == tenant)
    return list(session.exec(query.order_by(col(CacheServing.at).desc()).limit(min(limit, 10_000))))


def is_refused(session: Session, scope: Scope, question: str, key: str) -> bool:
    """Say whether the answer of this key may not be admitted for this question.

    It is known not to serve it, or it is quarantined, for whatever question: made anew, the same words would come back.
    """
    same = (
        select(CacheEntry.id)
        .where(CacheEntry.answer_key == key, CacheEntry.tenant == scope.tenant)
        .where(CacheEntry.release == scope.release, CacheEntry.locale == scope.locale)
    )
    negative = (
        same.join(CacheQuestion)
        .where(CacheQuestion.namespace == scope.namespace, CacheQuestion.key == question_key(question))
        .where(CacheQuestion.kind == Kind.NEGATIVE)
    )
    refused = (same.where(CacheEntry.standing == Standing.QUARANTINED), negative)
    return any(session.exec(query.limit(1)).first() is not None for query in refused)


def _step(
    session: Session,
    entry: CacheEntry,
    allowed: Sequence[Standing],
    to: Standing,
    what: str,
    by: Actor,
    at: datetime,
    why: str,
    state: str,
    **detail: str,
) -> bool:
    """Move an entry, if it stands where it may be moved from, with its history and, for a person, the audit trail."""
    entry = locked(session, entry.id).get(entry.id, entry)
    before = entry.standing
    moved = update(CacheEntry).where(col(CacheEntry.id) == entry.id, col(CacheEntry.standing).in_(allowed))
    if session.exec(moved.values(standing=to, judge_state=state)).rowcount == 0:
        return False
    session.refresh(entry)
    note(session, entry, at, by.id, what, why=why, **{BEFORE: before}, **detail)
    if _is_person(by):
        write_audit(session, by, at, f"cache.{what}", entry.id, {"why": why})
    return True


def _become(session: Session, ids: list[str], entry_id: str, kind: Kind) -> None:
    mine = update(CacheQuestion).where(col(CacheQuestion.id).in_(ids), col(CacheQuestion.entry_id) == entry_id)
    session.exec(mine.values(kind=kind))


def _is_person(by: Actor) -> bool:
    return by.id != system(by.tenant).id
