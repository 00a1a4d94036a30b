"""What a person may ask of us: everything that is kept of them, and that it is erased; and texts that are dropped."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.access.model import Actor, Role, require
from core.access.records import write_audit
from core.conversation.privacy_erase import erase
from core.conversation.privacy_export import rows_of
from core.conversation.privacy_retention import STEPS
from core.conversation.privacy_traces import traces_of
from core.database import Database
from core.ports import Clock

log = logging.getLogger(__name__)
MOST_BATCHES = 200
"""Of one kind in one run, 100,000 rows; the next run goes on."""
MOST_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took away, by table; `reference` stands for the person in the audit trail."""

    reference: str
    rows: dict[str, int]


class Privacy:
    """Exports and erases people, and drops text after its time.

    Parameters
    ----------
    upkeep : callable
        Takes what is past its time out of the cache and its index; returns how many rows changed.
    text_days : int
        Days after which raw text is dropped.
    """

    def __init__(self, database: Database, clock: Clock, upkeep: Callable[[], int], text_days: int) -> None:
        self._database = database
        self._clock = clock
        self._upkeep = upkeep
        self.text_days = text_days

    def export(self, actor: Actor, subject: str) -> dict[str, Any]:
        """Return everything about a person as JSON can hold it: for admins, and for the person.

        Parameters
        ----------
        subject : str
            The person's actor id, see :func:`core.access.model.actor_id`.
        """
        if actor.id != subject:
            require(actor, Role.ADMIN)
        now = self._clock.now()
        with self._database.read() as session:
            found = rows_of(session, actor.tenant, subject, traces_of(session, actor.tenant, subject))
        with self._database.begin() as session:
            write_audit(session, actor, now, "person.exported", reference_of(subject))
        return {"actor_id": subject, "tenant": actor.tenant, "exported_at": now.isoformat(), "rows": found}

    def erase(self, actor: Actor, subject: str) -> Erased:
        """Erase a person for good, for admins; erasing again finds nothing and is safe.

        Turns, votes, decisions and what the cache made of them go; events stay without the person, so that what was
        counted stays counted. What the person did as an editor or admin stays in the audit trail, which is chained.
        """
        require(actor, Role.ADMIN)
        now = self._clock.now()
        with self._database.read() as session:  # the slow part: what others' rows repeat
            traces = traces_of(session, actor.tenant, subject)
        with self._database.begin() as session:
            gone = erase(session, actor.tenant, subject, traces, now)
            reference = reference_of(subject)
            counts = {name: str(count) for name, count in gone.items() if count}
            write_audit(session, actor, now, "person.erased", reference, counts)
        for _ in range(MOST_ROUNDS):  # a store that is down is caught up with by the cache's own job
            if not self._upkeep():
                break
        return Erased(reference, gone)

    def drop_old_text(self) -> int:
        """Drop raw text that is older than `text_days`; return how many rows lost theirs. A job: safe to run twice."""
        before, dropped = self._clock.now() - timedelta(days=self.text_days), 0
        for step in STEPS:
            for _ in range(MOST_BATCHES):
                with self._database.begin() as session:
                    rows = step(session, before)
                dropped += rows
                if not rows:
                    break
        if dropped:
            log.info("text_dropped", extra={"rows": dropped})
        return dropped


def reference_of(subject: str) -> str:
    """Return 16 hexadecimal digits that stand for a person in the audit trail without naming their id.

    >>> reference_of("ab" * 16) == reference_of("ab" * 16) != reference_of("cd" * 16)
    True
    """
    return hashlib.sha256(f"person\n{subject}".encode()).hexdigest()[:16]
