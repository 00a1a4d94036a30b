"""The signed cookie of local sign-in. (Under OpenID Connect, Streamlit signs its own.)"""

from __future__ import annotations

import secrets
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

from core.access.model import Actor, Role, actor_id
from core.errors import InputError

MAX_AGE_S = 30 * 24 * 3600
COOKIE = "coach_session"


class LocalSessions:
    """Turns a name and a role into a signed token and back.

    Parameters
    ----------
    tenant : str
        The tenant of every actor that it makes.
    secret : str
        Signs the tokens; at least 32 characters.
    """

    def __init__(self, tenant: str, secret: str) -> None:
        self._tenant = tenant
        self._serializer = URLSafeTimedSerializer(secret, salt="local-session")

    def issue(self, name: str, role: Role) -> str:
        """Return a token for a name of 1 to 40 characters."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= 40 or not name.isprintable():
            raise InputError("Write a name of 1 to 40 characters.")
        return self._serializer.dumps([name, int(role)])

    def actor(self, token: str | None) -> Actor | None:
        """Return who holds the token, or None when it is missing, forged or older than 30 days."""
        if not token:
            return None
        try:
            name, role = self._serializer.loads(token, max_age=MAX_AGE_S)
            return Actor(actor_id(self._tenant, name), self._tenant, name, Role(role))
        except (BadSignature, ValueError, TypeError):
            return None


def kept_secret(path: Path) -> str:
    """Return the secret kept in a file that only its owner can read, made at first use."""
    if not path.exists() or not path.read_text().strip():
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_name(f"{path.name}-{secrets.token_hex(8)}")
        whole.touch(mode=0o600)
        whole.write_text(secrets.token_urlsafe(48))
        whole.replace(path)  # whole or not at all: with an empty secret anybody could sign
    return path.read_text().strip()
