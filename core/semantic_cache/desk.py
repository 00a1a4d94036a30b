"""The admin's desk: what the cache holds, how well it decides, and taking an entry out of service and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from core.access.model import Actor, Role, require
from core.database import Database
from core.errors import InputError, NotFoundError
from core.ports import Clock
from core.semantic_cache import desk_queries as queries
from core.semantic_cache import quarantine as steps
from core.semantic_cache.desk_model import Bin, Budgeted, EntryRow, EntryView, Filter, Served, Summary
from core.semantic_cache.desk_outlook import Kept, bins, false_share, outlook
from core.semantic_cache.desk_steps import UNDOABLE, Traces, time_line, undoable, waits_for, who
from core.semantic_cache.history import history
from core.semantic_cache.ledger import spent
from core.semantic_cache.model import CachePolicy, Kind, Standing
from core.semantic_cache.queries import questions_of
from core.semantic_cache.records import CacheEntry

BUDGETS = (0.002, 0.005, 0.01, 0.02, 0.05)
LONGEST_REASON = 300
WEEK, MONTH = timedelta(days=7), timedelta(days=30)
MOST_DAYS = 365
TRIES = 5
Change = Callable[[Session, CacheEntry, datetime], bool]
Digests = Callable[[], Mapping[str, str]]


class CacheDesk:
    """Use cases of the admin's page of the cache; every one is for admins.

    Parameters
    ----------
    measure : str
        Embedder and verifier in force: decisions that others took are not comparable.
    digests : callable
        Returns the digest of each document of the knowledge as it is now, by its id.
    """

    def __init__(
        self, database: Database, clock: Clock, policy: CachePolicy, measure: str, digests: Digests = dict
    ) -> None:
        self._database = database
        self._clock = clock
        self._policy = policy
        self._measure = measure
        self._digests = digests

    def summary(self, actor: Actor) -> Summary:
        """Return the cache at a glance."""
        require(actor, Role.ADMIN)
        now, tenant = self._clock.now(), actor.tenant
        with self._database.read() as session:
            weighed = queries.weighed_since(session, tenant, self._measure, now - WEEK)
            month = queries.kept_decisions(session, tenant, self._measure, now - MONTH)
            hits = [one for one in month if one.served]
            return Summary(
                standing=queries.standings(session, tenant, now),
                stale=queries.past_fresh(session, tenant, now),
                hits=queries.hits_since(session, tenant, now - WEEK),
                weighed=sum(weighed.values()),
                passed=weighed.get(True, 0),
                labelled=queries.labelled(session, tenant, self._measure),
                false_hits=false_share(hits),
                hit_share=len(hits) / len(month) if month else 0.0,
                budget=self._policy.error_budget,
                judged=spent(session, tenant, now),
                may_judge=self._policy.judge_calls_per_day,
            )

    def entries(self, actor: Actor, only: Filter = Filter.ALL, words: str = "", limit: int = 100) -> list[EntryRow]:
        """Return live entries (at most 200); with words, those whose questions or answer hold them."""
        require(actor, Role.ADMIN)
        now, outdated = self._clock.now(), set[str]()
        with self._database.read() as session:
            if only is Filter.STALE:
                documents = queries.open_documents(session, actor.tenant, now)
                outdated = {identity for identity, those in documents if self._changed(those)}
            wanted = queries.Wanted(only, words, outdated, limit)
            rows = queries.found_entries(session, actor.tenant, wanted, now)
            asked = queries.first_questions(session, actor.tenant, [row.id for row in rows])
        return [self._row(row, asked.get(row.id, "")) for row in rows]

    def entry(self, actor: Actor, entry_id: str) -> EntryView:
        """Return an entry with its whole history: the newest 200 of each kind of trace.

        Raises
        ------
        NotFoundError
            There is no such entry in the actor's tenant.
        """
        require(actor, Role.ADMIN)
        tenant = actor.tenant
        with self._database.read() as session:
            entry = _entry(session, actor, entry_id)
            asked = queries.first_questions(session, tenant, [entry_id]).get(entry_id, "")
            traces = Traces(
                entry, asked, history(session, tenant, entry_id), queries.decisions_of(session, tenant, entry_id),
                queries.votes_on(session, tenant, entry_id), queries.verdicts_on(session, tenant, entry_id),
            )  # fmt: skip
            served = steps.served_to(session, tenant, entry_id, queries.MOST_STEPS)
            users = queries.people_served(session, tenant, entry_id)
            questions = questions_of(session, entry_id)
        thumbs = {(vote.turn_id, vote.actor_id): vote.thumb for vote in traces.votes}
        last = undoable(entry, traces.events)
        return EntryView(
            row=self._row(entry, asked),
            answer=entry.answer,
            sources=tuple(entry.sources),
            questions={kind: tuple(row.question for row in questions if row.kind == kind) for kind in Kind},
            steps=time_line(traces, actor),
            served=tuple(
                Served(one.at, who(one.actor_id, actor), thumbs.get((one.turn_id, one.actor_id), 0)) for one in served
            ),
            users=users,
            undoable=UNDOABLE[last.what] if last else None,
            waits_for=waits_for(entry, traces.events),
        )

    def quarantine(self, actor: Actor, entry_id: str, why: str) -> None:
        """Serve an entry to nobody until a person releases it.

        Raises
        ------
        InputError
            There is no reason, or the entry is not served any more.
        """
        why = _reason(why)
        self._change(actor, entry_id, lambda session, entry, now: steps.quarantine(session, entry, actor, now, why))

    def release(self, actor: Actor, entry_id: str, why: str) -> None:
        """Serve a quarantined entry again because its answer was found right: earlier votes no longer count.

        Raises
        ------
        InputError
            There is no reason, or the entry is not quarantined any more.
        """
        why = _reason(why)
        self._change(actor, entry_id, lambda session, entry, now: steps.release(session, entry, actor, now, why))

    def delete(self, actor: Actor, entry_id: str, why: str) -> None:
        """Retire an entry: it is served never again, nothing of it is lost, and its questions are negative examples.

        Raises
        ------
        InputError
            There is no reason, or the entry is retired already.
        """
        why = _reason(why)
        self._change(actor, entry_id, lambda session, entry, now: steps.retire(session, entry, actor, now, why))

    def undo(self, actor: Actor, entry_id: str) -> None:
        """Take back the last quarantine or delete of a person.

        Raises
        ------
        InputError
            The last step was none of these, or was undone already.
        """
        self._change(actor, entry_id, lambda session, entry, now: _undone(session, entry, actor, now))

    def histogram(self, actor: Actor, days: int) -> tuple[Bin, ...]:
        """Return how similar the decisions of the last days were (the newest 5,000), and what became known of them."""
        require(actor, Role.ADMIN)
        return bins(self._kept(actor, days))

    def budgets(self, actor: Actor, days: int, shares: Sequence[float] = BUDGETS) -> tuple[Budgeted, ...]:
        """Return what each error budget would have served of the last days' decisions; nothing where there is none."""
        require(actor, Role.ADMIN)
        return outlook(self._kept(actor, days), shares)

    def _kept(self, actor: Actor, days: int) -> list[Kept]:
        since = self._clock.now() - timedelta(days=max(1, min(days, MOST_DAYS)))
        with self._database.read() as session:
            return queries.kept_decisions(session, actor.tenant, self._measure, since)

    def _change(self, actor: Actor, entry_id: str, change: Change) -> None:
        require(actor, Role.ADMIN)
        for _ in range(TRIES - 1):
            with suppress(IntegrityError):  # another server wrote the audit trail at the same moment
                self._try(actor, entry_id, change)
                return
        self._try(actor, entry_id, change)

    def _try(self, actor: Actor, entry_id: str, change: Change) -> None:
        with self._database.begin() as session:
            steps.locked(session, entry_id)  # what is read from here on holds until the end
            if not change(session, _entry(session, actor, entry_id), self._clock.now()):
                raise InputError("Somebody changed this entry in the meantime; look at it again.")

    def _row(self, entry: CacheEntry, question: str) -> EntryRow:
        return EntryRow(
            id=entry.id, question=question, standing=Standing(entry.standing), served=entry.served, liked=entry.liked,
            disliked=entry.disliked, created_at=entry.created_at, fresh_until=entry.fresh_until,
            expires_at=entry.expires_at, release=entry.release, outdated=self._changed(entry.documents),
            saved_usd=entry.served * entry.cost_usd if entry.cost_usd > 0 else None,
        )  # fmt: skip

    def _changed(self, documents: Mapping[str, str]) -> bool:
        now = self._digests() if documents else {}
        return any(now.get(document) != digest for document, digest in documents.items())


def _entry(session: Session, actor: Actor, entry_id: str) -> CacheEntry:
    entry = session.get(CacheEntry, entry_id)
    if entry is None or entry.tenant != actor.tenant:
        raise NotFoundError("There is no such entry; it may have expired or made room for others.")
    return entry


def _undone(session: Session, entry: CacheEntry, actor: Actor, now: datetime) -> bool:
    last = undoable(entry, history(session, entry.tenant, entry.id))
    if last is None:
        return False
    if last.what == "retired":
        return steps.restore(session, entry, actor, now, "undone")
    return steps.release(session, entry, actor, now, "undone", verified=False)


def _reason(why: str) -> str:
    why = " ".join(why.split())
    if not 1 <= len(why) <= LONGEST_REASON:
        raise InputError(f"Say why, in 1 to {LONGEST_REASON} characters; it is kept with the entry.")
    return why
