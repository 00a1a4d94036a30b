"""Says at answer time what a question is about, from memory."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from threading import Lock

import numpy as np

from core.database import Database
from core.errors import CoachError
from core.ports import Embedder, Vector
from core.text import normalise
from core.topics.model import EMPTY, NO_TOPIC, Snapshot
from core.topics.records import newest_fit, topics_of

log = logging.getLogger(__name__)
LOOK_EVERY_S = 30.0
"""Seconds after which the database is asked whether another server made a newer fit."""
REMEMBERED = 20_000


def read_snapshot(database: Database, tenant: str, embedder: str, known: Snapshot = EMPTY) -> Snapshot:
    """Return the topics of the newest fit; `known` again where it is that."""
    with database.read() as session:
        fit = newest_fit(session, tenant, embedder)
        if fit is None or fit.number == known.version:
            return known
        rows = topics_of(session, tenant, embedder, fit.number)
    centres = np.stack([np.frombuffer(row.centre, dtype=np.float32) for row in rows])
    return Snapshot(fit.number, tuple(row.id for row in rows), centres)


class Assigner:
    """Finds the topic of a question.

    Parameters
    ----------
    quick : bool
        Whether the embedder runs in this process, so that a question without a vector may be embedded for its topic.
    """

    def __init__(self, database: Database, embedder: Embedder, *, quick: bool) -> None:
        self._database = database
        self._embedder = embedder
        self._quick = quick
        self._lock = Lock()
        self._snapshots: dict[str, tuple[float, Snapshot]] = {}
        self._known: OrderedDict[tuple[str, int, str], str] = OrderedDict()

    def assign(self, tenant: str, vector: Vector) -> str:
        """Return the id of the topic nearest to a vector of shape (dimension,), of unit length, or no topic."""
        return self._snapshot(tenant).nearest(vector)

    def topic_of(self, tenant: str, question: str, vector: Vector | None) -> str:
        """Return the topic of a question, which is remembered by its words; never raises for a part that is down.

        Without a vector (the exact tier needs none) it is what was remembered, else what an embedder in this process
        says; a remote one is not called for a topic alone.
        """
        snapshot = self._snapshot(tenant)
        key = tenant, snapshot.version, normalise(question)
        with self._lock:
            if vector is None and key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        if vector is None:
            if not self._quick or not snapshot.ids:
                return NO_TOPIC
            try:
                vector = self._embedder.embed([question])[0]
            except CoachError as error:
                log.warning("topic_not_embedded", extra={"reason": str(error)})
                return NO_TOPIC
        topic = snapshot.nearest(vector)
        with self._lock:
            self._known[key] = topic
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return topic

    def refresh(self, tenant: str) -> None:
        """Look for a newer fit now."""
        self._snapshots.pop(tenant, None)

    def _snapshot(self, tenant: str) -> Snapshot:
        looked, snapshot = self._snapshots.get(tenant, (-LOOK_EVERY_S, EMPTY))
        now = time.monotonic()
        if now - looked < LOOK_EVERY_S:
            return snapshot
        self._snapshots[tenant] = now, snapshot  # others go on with what is known meanwhile
        try:
            snapshot = read_snapshot(self._database, tenant, self._embedder.name, snapshot)
        except CoachError as error:
            log.warning("topics_not_read", extra={"reason": str(error)})
        self._snapshots[tenant] = now, snapshot
        return snapshot
