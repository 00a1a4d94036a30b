"""Everything that pages, API and scheduler may call, as one frozen value."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from core.access.model import Actor, Role, require
from core.access.tokens import LocalSessions
from core.bootstrap.coach import cache_policy
from core.conversation.archive import Archive
from core.conversation.asking import Asking
from core.conversation.flight import Flights
from core.conversation.privacy import Privacy
from core.conversation.renewal import Renewal
from core.conversation.service import Conversations
from core.conversation.voting import Voting
from core.database import Database
from core.drift.service import Drift
from core.errors import CoachError
from core.knowledge.service import Knowledge, Progress
from core.monitoring.service import Monitoring
from core.monitoring.views import SavedViews
from core.ports import ChatModel, Clock, Embedder, VectorStore, Verifier
from core.prompts.model import CoachPrompt
from core.releases.model import ReleaseSpec
from core.releases.service import Releases
from core.semantic_cache.desk import CacheDesk
from core.semantic_cache.judging import Judging
from core.semantic_cache.service import SemanticCache
from core.setting_sources import masked
from core.settings import Settings
from core.topics.service import Topics

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the running product and whether it answers; `problem` is empty when it does."""

    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that pages, API and scheduler may call. Start it once, close it once."""

    settings: Settings
    clock: Clock
    database: Database
    releases: Releases
    knowledge: Knowledge
    cache: SemanticCache
    judging: Judging
    desk: CacheDesk
    flights: Flights
    asking: Asking
    topics: Topics
    renewal: Renewal
    conversations: Conversations
    voting: Voting
    archive: Archive
    privacy: Privacy
    monitoring: Monitoring
    drift: Drift
    views: SavedViews
    sessions: LocalSessions
    chat: ChatModel
    embedder: Embedder
    verifier: Verifier | None
    store: VectorStore

    def start(self, progress: Progress = lambda done, total: None) -> None:
        """Migrate the database, bring the knowledge and the stable release in step with the settings. Idempotent."""
        self.database.migrate()
        self.knowledge.sync(progress)
        self.releases.configure(self.settings.tenant, self.spec())
        self.cache.upkeep.start()
        # One SQLite file has one server: whatever is unfinished now, no server is at work on.
        self.conversations.recover(alone=self.database.is_sqlite)
        log.info("started", extra={"knowledge": self.knowledge.version, "chat": self.chat.name})

    def warm(self) -> None:
        """Load what is loaded at first use, so that the first question need not wait for it."""
        for part in (self.embedder, self.verifier, self.chat):
            if load := getattr(part, "load", None):
                try:
                    load()
                except CoachError as error:
                    log.warning("not_warm", extra={"reason": str(error)})

    def spec(self) -> ReleaseSpec:
        """Return the release that the settings and the knowledge describe."""
        settings = self.settings
        return ReleaseSpec(
            chat_model=self.chat.name if self.chat.trusted else f"library+{self.chat.name}",
            prompt_version=CoachPrompt().version,
            embedder=self.embedder.name,
            knowledge_version=self.knowledge.version,
            cache_policy=cache_policy(settings).words,
        )

    def parts(self) -> tuple[Part, ...]:
        """Ask every part the cheapest question that shows that it answers."""
        checks: list[tuple[str, Callable[[], object]]] = [
            ("database", self.database.check),
            (f"vectors: {self.store.name}", self.store.check),
            (f"chat model: {self.chat.name}", self.chat.check),
        ]
        return tuple(Part(name, _problem(check)) for name, check in checks)

    def configuration(self, actor: Actor) -> dict[str, str]:
        """Return the settings in force, secrets masked, for admins."""
        require(actor, Role.ADMIN)
        return masked(self.settings)

    def close(self) -> None:
        """Let go of models and connections; safe to call again."""
        for part in (self.chat, self.embedder, self.store, self.database):
            if close := getattr(part, "close", None):
                close()


def _problem(check: Callable[[], object]) -> str:
    try:
        check()
    except CoachError as error:
        return str(error)
    return ""
