"""Thumbs on turns that an entry answered: kept, counted, and weighed, in the transaction of the vote itself."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, func, select

from core.access.model import Actor, system
from core.semantic_cache.history import last
from core.semantic_cache.labelling import THUMB, locked_decision, relabel
from core.semantic_cache.model import Standing
from core.semantic_cache.opinions import DAY, FEWEST_USERS, Ballot, Usual, influence, is_bad, soft_label
from core.semantic_cache.quarantine import locked, quarantine, release
from core.semantic_cache.queries import OPEN
from core.semantic_cache.records import CacheEntry, CacheVote

DISLIKED = "several users disliked it"
MOST_VOTERS = 1000
MOST_VOTES = 10_000


def vote(
    session: Session,
    actor: Actor,
    *,
    turn_id: str,
    entry_id: str,
    decision_id: str | None,
    thumb: int,
    off_question: bool,
    now: datetime,
) -> None:
    """Keep a vote, in place of an earlier one on the same turn, and do what follows.

    Parameters
    ----------
    decision_id : str or None
        The semantic decision that served the entry; None for an exact hit, and for the turn that made the entry.
    thumb : int
        1 or -1.
    off_question : bool
        The user said that the answer was to another question.
    """
    entry = _locked(session, actor, entry_id)
    given = CacheVote(
        turn_id=turn_id, actor_id=actor.id, tenant=actor.tenant, entry_id=entry_id, decision_id=decision_id,
        thumb=thumb, off_question=off_question and thumb < 0, at=now,
    )  # fmt: skip
    _label(session, actor, session.merge(given), thumb, now)
    _follow(session, entry, now)


def unvote(session: Session, actor: Actor, *, turn_id: str, now: datetime) -> None:
    """Take a vote back with all that followed from it; without one nothing happens."""
    given = session.get(CacheVote, (turn_id, actor.id))
    if given is None or given.tenant != actor.tenant:
        return
    entry = _locked(session, actor, given.entry_id)
    session.delete(given)
    session.flush()
    _label(session, actor, given, None, now)
    _follow(session, entry, now)


def _locked(session: Session, actor: Actor, entry_id: str) -> CacheEntry | None:
    entry = locked(session, entry_id).get(entry_id)
    return entry if entry is not None and entry.tenant == actor.tenant else None


def _label(session: Session, actor: Actor, given: CacheVote, thumb: int | None, now: datetime) -> None:
    """Let a vote speak of the decision that led to it, unless a judge has spoken."""
    if given.decision_id is None:
        return
    decision = locked_decision(session, actor.tenant, given.decision_id)
    if decision is None or decision.actor_id != actor.id or decision.labelled_by not in (None, THUMB):
        return
    if thumb is None:
        relabel(session, decision, None, None, now)
        return
    mine = select(CacheVote.at).where(CacheVote.tenant == actor.tenant, CacheVote.actor_id == actor.id)
    times = session.exec(mine.where(CacheVote.at > now - DAY).limit(MOST_VOTES)).all()
    label = soft_label(decision.probability, thumb, given.off_question, influence(now, times))
    relabel(session, decision, label, THUMB, now)


def _follow(session: Session, entry: CacheEntry | None, now: datetime) -> None:
    if entry is None:
        return  # it left the cache; the vote is kept all the same
    entry.liked, entry.disliked = _count(session, entry.id)
    session.add(entry)
    session.flush()
    me = system(entry.tenant)
    if entry.standing in OPEN and _bad(session, entry):
        quarantine(session, entry, me, now, DISLIKED)
    elif _out_by_votes(session, entry) and not _bad(session, entry):
        release(session, entry, me, now, "votes were taken back or changed", verified=False)


def _count(session: Session, entry_id: str) -> tuple[int, int]:
    """Return how many users like and dislike an entry by their latest vote on it; of two at once the dislike counts."""
    order = (col(CacheVote.at).desc(), col(CacheVote.thumb))
    place = func.row_number().over(partition_by=col(CacheVote.actor_id), order_by=order).label("place")
    ranked = select(CacheVote.thumb, place).where(CacheVote.entry_id == entry_id).subquery()
    counts = select(ranked.c.thumb, func.count()).where(ranked.c.place == 1).group_by(ranked.c.thumb)
    found = dict(session.exec(counts).all())
    return found.get(1, 0), found.get(-1, 0)


def _out_by_votes(session: Session, entry: CacheEntry) -> bool:
    if entry.standing != Standing.QUARANTINED or entry.judge_state == "held":
        return False
    quarantined = last(session, entry.id, "quarantined")
    return quarantined is not None and quarantined.detail.get("why") == DISLIKED


def _bad(session: Session, entry: CacheEntry) -> bool:
    """Weigh the votes since the entry was last found right, if there are enough."""
    if entry.disliked < FEWEST_USERS:
        return False
    query = select(CacheVote).where(CacheVote.entry_id == entry.id)
    if released := last(session, entry.id, "released"):
        query = query.where(CacheVote.at > released.at)
    own = session.exec(query.order_by(col(CacheVote.at).desc()).limit(MOST_VOTERS)).all()
    users = {one.actor_id for one in own}
    theirs = select(CacheVote).where(CacheVote.tenant == entry.tenant, col(CacheVote.actor_id).in_(users))
    theirs = theirs.where(CacheVote.entry_id != entry.id).order_by(col(CacheVote.at).desc()).limit(MOST_VOTES)
    ballots = [_ballot(one) for one in (*own, *session.exec(theirs))]
    return is_bad(entry.id, ballots, _usual(session, entry))


def _ballot(given: CacheVote) -> Ballot:
    elsewhere = given.off_question and given.decision_id is not None
    return Ballot(given.actor_id, given.entry_id, given.thumb, given.at, elsewhere)


def _usual(session: Session, entry: CacheEntry) -> Usual:
    sums = select(func.sum(CacheEntry.liked), func.sum(CacheEntry.disliked))
    liked, disliked = session.exec(sums.where(CacheEntry.tenant == entry.tenant, CacheEntry.id != entry.id)).one()
    return Usual(int(liked or 0), int(disliked or 0))
