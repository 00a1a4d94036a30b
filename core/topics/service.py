"""The topics of a tenant: fitted, assigned, listed, renamed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
from sqlalchemy.exc import IntegrityError

from core.access.model import Actor, Role, require
from core.access.records import write_audit
from core.database import Database, new_id
from core.errors import InputError, NotFoundError
from core.ports import Clock, Embedder, Vector
from core.topics.assigning import Assigner
from core.topics.fitting import Material, grouped, keep_groups, material
from core.topics.model import ENOUGH_QUESTIONS, Questions, TopicView
from core.topics.records import Topic, TopicFit, find_topic, newest_fit, topic_names, topics_of

LONGEST_NAME = 60
WINDOW = timedelta(days=28)
MOST_QUESTIONS = 4000
EVERY = timedelta(days=1)
TRY_AGAIN_S = 3600.0


class Topics:
    """What questions are about.

    Parameters
    ----------
    questions : Questions
        Where recent questions come from.
    headings : callable
        Returns what the library answers, in words; topics are made of these until there are enough questions.
    quick : bool
        Whether the embedder runs in this process.
    """

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        clock: Clock,
        questions: Questions,
        headings: Callable[[], Sequence[str]],
        *,
        quick: bool,
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._clock = clock
        self._questions = questions
        self._headings = headings
        self._assigner = Assigner(database, embedder, quick=quick)
        self._tried = -TRY_AGAIN_S

    def assign(self, tenant: str, vector: Vector) -> str:
        """Return the id of the topic nearest to a vector of shape (dimension,), of unit length, or ""."""
        return self._assigner.assign(tenant, vector)

    def topic_of(self, tenant: str, question: str, vector: Vector | None) -> str:
        """Return the id of the topic of a question, or ""; see :meth:`Assigner.topic_of`."""
        return self._assigner.topic_of(tenant, question, vector)

    def topics(self, actor: Actor, *, former: bool = False) -> list[TopicView]:
        """Return the topics of the newest fit, the largest first, for product managers; with former ones if wanted."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            fit = newest_fit(session, actor.tenant, self._embedder.name)
            if fit is None:
                return []
            rows = topics_of(session, actor.tenant, self._embedder.name, None if former else fit.number)
        return [_view(row, fit.number) for row in rows]

    def names(self, actor: Actor) -> dict[str, str]:
        """Return the name of every topic that questions were ever assigned to, by id, for product managers."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            return topic_names(session, actor.tenant)

    def rename(self, actor: Actor, topic_id: str, name: str) -> None:
        """Give a topic a name of 1 to 60 characters that later fits keep; none gives it back the name of its words."""
        require(actor, Role.PRODUCT)
        name = " ".join(name.split())
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise InputError(f"Write a name of at most {LONGEST_NAME} characters.")
        with self._database.begin() as session:
            row = find_topic(session, actor.tenant, topic_id)
            if row is None:
                raise NotFoundError("There is no such topic.")
            detail = {"from": row.shown, "to": name or row.name}
            row.given_name = name or None
            write_audit(session, actor, self._clock.now(), "topic.renamed", row.id, detail)

    def run(self, tenant: str) -> bool:
        """Fit if it is time: at once where there is no topic yet, else once a day; return whether it did."""
        with self._database.read() as session:
            newest = newest_fit(session, tenant, self._embedder.name)
        if newest is None:
            return self.fit(tenant)
        if self._clock.now() - newest.at < EVERY or time.monotonic() - self._tried < TRY_AGAIN_S:
            return False
        self._tried = time.monotonic()
        return self.fit(tenant)

    def fit(self, tenant: str) -> bool:
        """Group the recent questions, or the library where there are fewer than 200; return whether it did.

        The library is grouped once only.
        """
        given = self._material(tenant)
        if given is None or not len(given.texts):
            return False
        now, embedder = self._clock.now(), self._embedder.name
        with self._database.read() as session:
            newest = newest_fit(session, tenant, embedder)
            active = topics_of(session, tenant, embedder, newest.number) if newest else []
        begin = np.stack([np.frombuffer(row.centre, dtype=np.float32) for row in active]) if active else None
        number = newest.number + 1 if newest else 1
        groups = grouped(given, begin)
        fit = TopicFit(
            id=new_id(), tenant=tenant, embedder=embedder, number=number, at=now, source=given.source,
            questions=len(given.said), kept=0,
        )  # fmt: skip
        try:
            with self._database.begin() as session:
                fit.kept = keep_groups(session, fit, groups, topics_of(session, tenant, embedder), now)
                session.add(fit)
        except IntegrityError:  # another server made this fit meanwhile
            return False
        finally:
            self._assigner.refresh(tenant)
        return True

    def _material(self, tenant: str) -> Material | None:
        asked = self._questions(tenant, self._clock.now() - WINDOW, MOST_QUESTIONS)
        given = material("questions", asked, self._embedder) if asked else None
        if given is not None and len(given.texts) >= ENOUGH_QUESTIONS:
            return given
        with self._database.read() as session:
            if newest_fit(session, tenant, self._embedder.name) is not None:
                return None
        return material("library", [(text, "") for text in self._headings()], self._embedder)


def _view(row: Topic, fit: int) -> TopicView:
    return TopicView(
        row.id,
        row.shown,
        tuple(row.words),
        row.size,
        tuple(row.typical),
        row.given_name is not None,
        row.fit == fit,
    )
