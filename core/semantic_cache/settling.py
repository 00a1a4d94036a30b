"""Carrying out what follows from a verdict, all of it in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select, update

from core.access.model import system
from core.database import new_id
from core.semantic_cache.admission import share
from core.semantic_cache.consequences import AMONG, SURE, Consequences, consequences, too_many
from core.semantic_cache.history import last, note
from core.semantic_cache.labelling import THUMB, relabel
from core.semantic_cache.model import Kind, Standing, question_key
from core.semantic_cache.quarantine import quarantine, release, retire
from core.semantic_cache.queries import OPEN
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheQuestion
from core.semantic_cache.verdict import Verdict, posterior


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict with who gave it when: ``by`` is ``judge:`` and the judge's name, ``reliability`` in (0, 1)."""

    verdict: Verdict
    by: str
    reliability: float
    at: datetime


def settle(session: Session, decision: CacheDecision, entries: Mapping[str, CacheEntry], ruling: Ruling) -> None:
    """Label a decision after a verdict, and do what follows.

    Parameters
    ----------
    entries : mapping
        The decision's two entries by id, as far as they are still there; locked, as the decision is.
    """
    verdict = ruling.verdict
    if verdict.same is None:
        return
    label = posterior(decision.probability, verdict.same, ruling.reliability)
    relabel(session, decision, label, ruling.by, ruling.at)
    entry, fresh = entries.get(decision.entry_id), entries.get(decision.fresh_entry_id or "")
    if entry is None:
        return
    found = consequences(
        label,
        served=decision.served,
        standing=entry.standing,
        stranger=decision.actor_id != entry.asked_by,
        read=verdict.read,
        foldable=fresh is not None and _foldable(session, entry, fresh),
    )
    if found.fold and fresh is not None:
        _fold(session, fresh, entry, ruling.at)
    _apply(session, found, decision, entry, ruling)


def settle_entry(session: Session, entry: CacheEntry, ruling: Ruling) -> None:
    """Do what follows from a verdict on a locked entry's answer to its own question.

    Where the judge cannot say, a pending entry waits for a second user, a quarantined one for a person.
    """
    verdict, at, me = ruling.verdict, ruling.at, system(entry.tenant)
    if verdict.same is None or not verdict.read:
        return
    if not verdict.same:
        retire(session, entry, me, at, f"{ruling.by}: {verdict.reason}")
    elif entry.standing == Standing.QUARANTINED:
        release(session, entry, me, at, f"{ruling.by}: {verdict.reason}")
    elif entry.standing == Standing.PENDING:
        share(session, entry, ruling.by, at, verdict.reason)


def _apply(session: Session, found: Consequences, decision: CacheDecision, entry: CacheEntry, ruling: Ruling) -> None:
    why = ruling.verdict.reason
    if found.share:
        share(session, entry, ruling.by, ruling.at, why)
    if found.kind is not None and _learn(session, entry, decision, found.kind):
        note(session, entry, ruling.at, ruling.by, found.kind, question=decision.question, why=why)
    if found.false_hit:
        _false_hit(session, entry, decision, ruling)


def _false_hit(session: Session, entry: CacheEntry, decision: CacheDecision, ruling: Ruling) -> None:
    why = {"question": decision.question, "decision": decision.id, "why": ruling.verdict.reason}
    note(session, entry, ruling.at, ruling.by, "false hit", **why)
    session.flush()
    if too_many(_false_hits(session, entry)):
        quarantine(session, entry, system(entry.tenant), ruling.at, "served to several users for other questions")


def _learn(session: Session, entry: CacheEntry, decision: CacheDecision, kind: Kind) -> bool:
    """Keep the question with the entry as this kind; return whether that is new.

    The question that the entry was made for stays; of other ones the newest verdict counts.
    """
    key = question_key(decision.question)
    query = select(CacheQuestion).where(CacheQuestion.entry_id == entry.id, CacheQuestion.key == key)
    known = session.exec(query.order_by(col(CacheQuestion.id))).first()
    if known is None:
        session.add(
            CacheQuestion(
                id=new_id(), entry_id=entry.id, namespace=decision.namespace, key=key, question=decision.question,
                kind=kind, indexed=False, asked_by=decision.actor_id,
            )
        )  # fmt: skip
        return True
    if known.kind in (kind, Kind.ASKED):
        return False
    known.kind = kind
    session.add(known)
    return True


def _foldable(session: Session, entry: CacheEntry, fresh: CacheEntry) -> bool:
    """Say whether a fresh entry was asked for once, is served to nobody, and belongs where the other one does."""
    if fresh.id == entry.id or fresh.standing not in OPEN or fresh.served:
        return False
    if (fresh.tenant, fresh.release, fresh.locale) != (entry.tenant, entry.release, entry.locale):
        return False
    asked = select(func.count()).where(CacheQuestion.entry_id == fresh.id, CacheQuestion.kind != Kind.NEGATIVE)
    return session.exec(asked).one() == 1


def _fold(session: Session, fresh: CacheEntry, entry: CacheEntry, at: datetime) -> None:
    """Retire a fresh entry and move its question over as an alias; its vector is written anew with its new owner."""
    moved = update(CacheQuestion).where(
        col(CacheQuestion.entry_id) == fresh.id, col(CacheQuestion.kind) != Kind.NEGATIVE
    )
    session.exec(moved.values(entry_id=entry.id, kind=Kind.ALIAS, indexed=False))
    retire(session, fresh, system(fresh.tenant), at, f"folded into {entry.id}")


def _false_hits(session: Session, entry: CacheEntry) -> list[tuple[str, str]]:
    """Return (user, question key) of the false hits that judges found among the latest known hits since a release."""
    query = select(CacheDecision).where(
        CacheDecision.entry_id == entry.id, col(CacheDecision.served), col(CacheDecision.label).is_not(None)
    )
    query = query.where(CacheDecision.labelled_by != THUMB)
    if released := last(session, entry.id, "released"):
        query = query.where(col(CacheDecision.labelled_at) > released.at)
    rows = session.exec(query.order_by(col(CacheDecision.labelled_at).desc()).limit(AMONG))
    return [(row.actor_id, question_key(row.question)) for row in rows if (row.label or 0.0) <= 1 - SURE]
