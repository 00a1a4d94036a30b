"""Asking a judge, away from any turn and outside of any transaction, and doing what follows from its verdicts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core.database import Database
from core.errors import ServiceError
from core.ports import Clock
from core.semantic_cache import ledger
from core.semantic_cache.judge import Judge
from core.semantic_cache.labelling import locked_decision
from core.semantic_cache.ledger import Subject
from core.semantic_cache.model import CachePolicy, Kind
from core.semantic_cache.quarantine import locked
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheQuestion
from core.semantic_cache.settling import Ruling, settle, settle_entry
from core.semantic_cache.verdict import Verdict

log = logging.getLogger(__name__)
Told = Callable[[Session, str, datetime, str, float | None, float | None], None]
"""Takes the session, a decision's id, the time, who judged, and the label before and after."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One claimed call: the tenant's `number`-th, and what is put to the judge."""

    subject: Subject
    number: int
    asked: str
    known: str
    answer: str


class Judging:
    """Takes what waits for a verdict, one at a time, as far as the budget reaches.

    Several servers may run it at once. Of one that dies in the middle the claim lapses after five minutes; the call
    that it may have paid counts.

    Parameters
    ----------
    judge : Judge or None
        Without one nothing is ever judged.
    policy : CachePolicy
        Its ``judge_calls_per_day`` bounds the paid calls of each tenant.
    told : callable
        Is told in the transaction of each verdict on a hit what became known of it.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        judge: Judge | None,
        policy: CachePolicy,
        told: Told = lambda session, decision_id, at, by, before, after: None,
    ) -> None:
        self._told = told
        self._database = database
        self._clock = clock
        self._judge = judge
        self._policy = policy

    def run(self, limit: int = 20) -> int:
        """Get up to `limit` verdicts (at most 1,000); return how many came. Stops where the judge does not answer."""
        if self._judge is None or not self._policy.enabled:
            return 0
        done, broke = 0, set[str]()
        while done < min(limit, 1000) and (subject := self._waiting(broke)) is not None:
            call = self._claim(self._judge, subject, broke)
            if call is None:
                continue
            if not self._ask(self._judge, call):
                break
            done += 1
        return done

    def _waiting(self, broke: set[str]) -> Subject | None:
        with self._database.read() as session:
            return ledger.waiting(session, self._clock.now(), broke)

    def _claim(self, judge: Judge, subject: Subject, broke: set[str]) -> _Call | None:
        """Claim a subject; None if another server has it, nothing is to be judged, or the tenant is `broke` now."""
        now = self._clock.now()
        try:
            with self._database.begin() as session:
                number = ledger.next_number(session, subject.tenant)
                if judge.paid and ledger.spent(session, subject.tenant, now) >= self._policy.judge_calls_per_day:
                    broke.add(subject.tenant)
                    return None
                call = _read(session, subject, number)
                if call is None:
                    ledger.mark(session, subject, "failed")
                    return None
                return call if ledger.claim(session, subject, number, judge.name, judge.paid, now) else None
        except IntegrityError:
            return None

    def _ask(self, judge: Judge, call: _Call) -> bool:
        try:
            verdict = judge.judge(call.asked, call.known, call.answer)
        except ServiceError as error:
            log.warning("judge_failed", extra={"reason": str(error)})
            with self._database.begin() as session:
                ledger.end(session, call.subject, call.number, Verdict(None, str(error)), self._clock.now())
            return False
        ruling = Ruling(verdict, f"judge:{judge.name}", judge.reliability, self._clock.now())
        with self._database.begin() as session:
            ledger.end(session, call.subject, call.number, verdict, ruling.at)
            (_end_entry if call.subject.entry else _end_decision)(session, call.subject, ruling, self._told)
        return True


def _read(session: Session, subject: Subject, number: int) -> _Call | None:
    """Return what is put to the judge, or None if it is no longer there."""
    if not subject.entry:
        decision = session.get(CacheDecision, subject.id)
        entry = session.get(CacheEntry, decision.entry_id) if decision else None
        if decision is None or entry is None:
            return None
        return _Call(subject, number, decision.question, decision.known, entry.answer)
    entry = session.get(CacheEntry, subject.id)
    own = select(CacheQuestion.question).where(CacheQuestion.entry_id == subject.id, CacheQuestion.kind == Kind.ASKED)
    asked = session.exec(own.order_by(col(CacheQuestion.id)).limit(1)).first()
    return _Call(subject, number, asked, asked, entry.answer) if entry and asked else None


def _end_decision(session: Session, subject: Subject, ruling: Ruling, told: Told) -> None:
    decision = session.get(CacheDecision, subject.id)
    if decision is None:
        return
    # Entries are locked before decisions everywhere, so that no two transactions wait for each other.
    entries = locked(session, decision.entry_id, decision.fresh_entry_id or decision.entry_id)
    decision = locked_decision(session, subject.tenant, subject.id)
    if decision is None or decision.judge_state != "asking":
        return  # the claim had lapsed, and another server was quicker
    verdict = ruling.verdict
    decision.judge_state, decision.judge = "done", ruling.by.removeprefix("judge:")
    decision.judge_reason, decision.judge_tokens = verdict.reason, verdict.tokens
    before = decision.label
    settle(session, decision, entries, ruling)
    session.add(decision)
    if decision.served:
        told(session, decision.id, ruling.at, ruling.by, before, decision.label)


def _end_entry(session: Session, subject: Subject, ruling: Ruling, _told: Told) -> None:
    entry = locked(session, subject.id).get(subject.id)
    if entry is None or entry.judge_state != "asking":
        return
    entry.judge_state = "done"
    session.add(entry)
    session.flush()
    settle_entry(session, entry, ruling)
