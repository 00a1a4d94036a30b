"""Saved views: a person names what they look at, finds it again, and may share it with the tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.exc import IntegrityError

from core.access.model import Actor, Role, require
from core.database import Database, new_id
from core.errors import InputError, NotFoundError
from core.monitoring.view_records import SavedView, count_of, own_view, views_for
from core.ports import Clock

MOST_OWN = 50
MOST_LISTED = 200
LONGEST_NAME = 60
LONGEST_QUERY = 4_000
"""Characters of all names and values of a query together."""


@dataclass(frozen=True, slots=True)
class NamedView:
    """A saved view; `query` maps each query parameter to its values, `owner` is "" for the actor's own."""

    id: str
    name: str
    query: Mapping[str, tuple[str, ...]]
    shared: bool
    owner: str


class SavedViews:
    """The saved views of a tenant, for product managers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def listing(self, actor: Actor) -> list[NamedView]:
        """Return the actor's own views and those that others share, at most `MOST_LISTED`."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            return [_named(row, actor) for row in views_for(session, actor, MOST_LISTED)]

    def save(self, actor: Actor, name: str, query: Mapping[str, Sequence[str]], *, shared: bool = False) -> NamedView:
        """Keep a view under a name, in place of the actor's earlier one of that name.

        Raises
        ------
        InputError
            If the name is empty or too long, the query too long, or the actor has `MOST_OWN` views already.
        """
        require(actor, Role.PRODUCT)
        name, kept = _checked_name(name), {key: [str(value) for value in values] for key, values in query.items()}
        if sum(len(key) + sum(map(len, values)) for key, values in kept.items()) > LONGEST_QUERY:
            raise InputError("This view has too many filters to be saved; take some away.")
        with suppress(IntegrityError):  # the same name from another tab at the same moment: that row is changed then
            return self._save(actor, name, kept, shared)
        return self._save(actor, name, kept, shared)

    def _save(self, actor: Actor, name: str, query: dict[str, list[str]], shared: bool) -> NamedView:
        with self._database.begin() as session:
            row = own_view(session, actor, name)
            if row is None:
                if count_of(session, actor) >= MOST_OWN:
                    raise InputError(f"You have {MOST_OWN} saved views; delete one first.")
                row = SavedView(
                    id=new_id(), tenant=actor.tenant, owner_id=actor.id, owner_name=actor.name, name=name,
                    query=query, shared=shared, created_at=self._clock.now(),
                )  # fmt: skip
            row.query, row.shared, row.owner_name = query, shared, actor.name
            session.add(row)
            session.flush()
            return _named(row, actor)

    def delete(self, actor: Actor, view_id: str) -> None:
        """Delete one of the actor's own views, or as an admin any that is shared in the tenant."""
        require(actor, Role.PRODUCT)
        with self._database.begin() as session:
            row = session.get(SavedView, view_id)
            if row is None or row.tenant != actor.tenant or not _may_delete(row, actor):
                raise NotFoundError("There is no such view of yours; it may have been deleted already.")
            session.delete(row)


def _may_delete(row: SavedView, actor: Actor) -> bool:
    return row.owner_id == actor.id or (row.shared and actor.role >= Role.ADMIN)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InputError("Give the view a name.")
    if len(name) > LONGEST_NAME:
        raise InputError(f"A name has at most {LONGEST_NAME} characters.")
    return name


def _named(row: SavedView, actor: Actor) -> NamedView:
    query = MappingProxyType({key: tuple(values) for key, values in row.query.items()})
    return NamedView(row.id, row.name, query, row.shared, "" if row.owner_id == actor.id else row.owner_name)
