"""Which release serves whom."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from core.access.model import Actor, Role, require, system
from core.access.records import audit_since, write_audit
from core.database import Database
from core.errors import NotFoundError
from core.ports import Clock
from core.releases.model import CANARY, STABLE, ReleaseSpec, Serving, in_canary
from core.releases.records import Channel, Release, channels, newest

TRIES = 10
"""Servers that may start at the same moment."""


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A release as the console shows it; ``channels`` names those that point at it."""

    id: str
    created_at: datetime
    spec: ReleaseSpec
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A channel was pointed at a release; `changed` names the parts in which it differs from the one before."""

    at: datetime
    channel: str
    release_id: str
    changed: tuple[str, ...] = ()


class Releases:
    """The registry of releases and the channels that point at them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def configure(self, tenant: str, spec: ReleaseSpec) -> Serving:
        """Make the stable channel serve `spec`, as a new release unless there is one like it.

        Called at start-up, when the settings or the knowledge say something new. Safe to call again, and by several
        servers at once.
        """
        for _ in range(TRIES):
            with suppress(IntegrityError):  # another server wrote at the same moment; what it wrote is seen next time
                return self._configure(tenant, spec)
        return self._configure(tenant, spec)

    def _configure(self, tenant: str, spec: ReleaseSpec) -> Serving:
        now = self._clock.now()
        with self._database.begin() as session:
            if session.get(Release, (tenant, spec.id)) is None:
                session.add(Release(tenant=tenant, id=spec.id, created_at=now, **asdict(spec)))
                session.flush()
                write_audit(session, system(tenant), now, "release.created", spec.id, asdict(spec))
            stable = session.get(Channel, (tenant, STABLE))
            if stable is None or stable.release_id != spec.id:
                before = stable.release_id if stable else ""
                stable = stable or Channel(tenant=tenant, name=STABLE, release_id="", share=1.0, moved_at=now)
                stable.release_id, stable.moved_at = spec.id, now
                session.add(stable)
                write_audit(session, system(tenant), now, "channel.moved", STABLE, {"from": before, "to": spec.id})
        return Serving(spec.id, STABLE, spec)

    def serving(self, actor: Actor) -> Serving:
        """Return the release that answers this actor: the same one on every call until a channel moves."""
        with self._database.read() as session:
            pointers = channels(session, actor.tenant)
            canary, stable = pointers.get(CANARY), pointers.get(STABLE)
            chosen = canary if canary and in_canary(actor.id, canary.release_id, canary.share) else stable
            release = session.get(Release, (actor.tenant, chosen.release_id)) if chosen else None
            if chosen is None or release is None:
                raise NotFoundError("No release is being served yet; start the app once with `make run`.")
            return Serving(release.id, chosen.name, release.spec)

    def stable(self, tenant: str) -> str:
        """Return the id of the release on the stable channel, or "" before the first start."""
        with self._database.read() as session:
            pointer = channels(session, tenant).get(STABLE)
        return pointer.release_id if pointer else ""

    def moves(self, actor: Actor, since: datetime) -> list[Move]:
        """Return when channels were pointed at another release, oldest first, for product managers."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            rows = audit_since(session, actor.tenant, "channel.moved", since)
            known = {row.id: row.spec for row in newest(session, actor.tenant, 200)}
        return [
            Move(row.at, row.subject, row.detail["to"], differences(known, row.detail.get("from"), row.detail["to"]))
            for row in rows
        ]

    def listing(self, actor: Actor, limit: int = 50) -> list[ReleaseView]:
        """Return the newest releases, for admins."""
        require(actor, Role.ADMIN)
        with self._database.read() as session:
            pointers = channels(session, actor.tenant)
            return [
                ReleaseView(
                    row.id,
                    row.created_at,
                    row.spec,
                    tuple(name for name, pointer in pointers.items() if pointer.release_id == row.id),
                )
                for row in newest(session, actor.tenant, limit)
            ]


def differences(known: Mapping[str, ReleaseSpec], before: str | None, after: str) -> tuple[str, ...]:
    """Return the names of the parts in which two releases differ; none where one of them is not known."""
    one, other = known.get(before or ""), known.get(after)
    if one is None or other is None:
        return ()
    return tuple(name for name, value in asdict(other).items() if asdict(one)[name] != value)
