"""What the scheduler does by itself: a name, an interval, and one service call each. Every job may run twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.bootstrap import Services


@dataclass(frozen=True, slots=True)
class Job:
    """A call every `seconds`."""

    name: str
    seconds: int
    run: Callable[[Services], object]


JOBS = (
    Job("cache.reconcile", 60, lambda services: services.cache.reconcile()),
    Job("cache.judge", 30, lambda services: services.judging.run()),
    Job("cache.renew", 60, lambda services: services.renewal.run()),
    Job("monitoring.rollup", 20, lambda services: services.monitoring.roll_up()),
    Job("flights.sweep", 60, lambda services: services.flights.sweep()),
    Job("knowledge.index", 60, lambda services: services.knowledge.index()),
    Job("privacy.retention", 600, lambda services: services.privacy.drop_old_text()),
    Job("topics.fit", 60, lambda services: services.topics.run(services.settings.tenant)),
    Job("drift.analyse", 300, lambda services: services.drift.run()),
    Job("drift.alerts", 60, lambda services: services.drift.deliver()),
    Job("conversations.recover", 300, lambda services: services.conversations.recover(alone=False)),
)
