"""Who acts, and what their role lets them do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum

from core.errors import ForbiddenError


class Role(IntEnum):
    """Roles in rising order: each may do what the ones below it may."""

    TRAINER = 1
    PRODUCT = 2
    ADMIN = 3

    @property
    def title(self) -> str:
        """The role as a person says it."""
        return {1: "trainer", 2: "product manager", 3: "admin"}[self]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for something: a person in a tenant, or the system itself.

    Parameters
    ----------
    id : str
        Stable and pseudonymous; see :func:`actor_id`.
    name : str
        What the person is called on the screen; never logged.
    """

    id: str
    tenant: str
    name: str
    role: Role


def actor_id(tenant: str, subject: str) -> str:
    """Return 32 hexadecimal digits that stand for a person (`subject`: an e-mail address or a local name)."""
    return hashlib.sha256(f"{tenant}\n{subject.strip().casefold()}".encode()).hexdigest()[:32]


def system(tenant: str) -> Actor:
    """Return the actor of what the product does by itself."""
    return Actor(id="system", tenant=tenant, name="system", role=Role.ADMIN)


def require(actor: Actor, role: Role) -> None:
    """Raise :class:`ForbiddenError` unless the actor has at least this role."""
    if actor.role < role:
        raise ForbiddenError(f"This needs the role {role.title}; you are signed in as {actor.role.title}.")
