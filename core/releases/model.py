"""What is served: a release never changes, and a channel points at one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

STABLE = "stable"
CANARY = "canary"


@dataclass(frozen=True, slots=True)
class ReleaseSpec:
    """Everything that an answer depends on. Equal specs have equal ids."""

    chat_model: str
    prompt_version: str
    embedder: str
    knowledge_version: str
    cache_policy: str

    @property
    def id(self) -> str:
        """16 hexadecimal digits of the content."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Serving:
    """The release that answers an actor, and through which channel."""

    release_id: str
    channel: str
    spec: ReleaseSpec

    @property
    def cache_namespace(self) -> str:
        """Where its cache entries are kept, apart from every other release's."""
        return f"cache-{self.release_id}"


def in_canary(actor: str, release: str, share: float) -> bool:
    """Say whether an actor is among the `share` (0 to 1) of users that meet a canary release.

    The hash is over both, so that the same people are not the test subjects of every release.
    """
    digest = hashlib.sha256(f"{release}\n{actor}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share
