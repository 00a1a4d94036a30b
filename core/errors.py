"""Every error that this product raises on purpose.

    CoachError
    ├── SettingsError            a setting is missing or wrong: fix it and start again
    ├── InputError               what a person sent cannot be used: change it and send again
    ├── NotFoundError            there is no such thing, or it is not the asker's
    ├── ForbiddenError           the actor's role does not allow it
    ├── KnowledgeError           knowledge files have rows that cannot be used; nothing was imported
    ├── DatabaseError            the database is locked, full, damaged or out of reach
    └── ServiceError             an outside service
        ├── ServiceUnavailable   down, slow, limiting, or its circuit is open: try again later
        └── ServiceRefused       it understood and said no (key, permission, request): trying again is no use

Each message is one sentence that a person can act on. Adapters translate a vendor's errors once, at the edge,
with ``raise … from``, so that the cause is kept.
"""

from __future__ import annotations


class CoachError(Exception):
    """Base of all errors of this product; ``str(error)`` is fit to be shown to a person."""


class SettingsError(CoachError):
    """A setting is missing or has a value that cannot be used."""


class InputError(CoachError):
    """What a person sent cannot be used."""


class NotFoundError(CoachError):
    """There is no such thing, or it belongs to somebody else."""


class ForbiddenError(CoachError):
    """The actor's role does not allow this."""


class KnowledgeError(CoachError):
    """Knowledge files have rows that cannot be used; nothing was imported."""


class DatabaseError(CoachError):
    """The database is locked, full, damaged or out of reach."""


class ServiceError(CoachError):
    """An outside service failed.

    Parameters
    ----------
    service : str
        The name that a person knows it by, such as ``"OpenAI"``.
    message : str
        One sentence that says what happened and what to do.
    """

    def __init__(self, service: str, message: str) -> None:
        super().__init__(message)
        self.service = service


class ServiceUnavailable(ServiceError):
    """Down, slow, limiting, or its circuit is open; the same call may succeed later."""


class ServiceRefused(ServiceError):
    """It understood and said no; the same call will not succeed without a change."""
