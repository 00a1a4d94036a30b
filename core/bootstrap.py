"""Builds everything from the settings: the only place that constructs an adapter or a service."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from core.access.model import Actor, Role, require
from core.access.tokens import LocalSessions, kept_secret
from core.adapters.clock import SystemClock
from core.adapters.llama_chat import LlamaChat
from core.adapters.onnx_embedder import OnnxEmbedder
from core.adapters.openai_chat import OpenAIChat
from core.adapters.openai_embedder import OpenAIEmbedder
from core.adapters.pinecone_store import PineconeStore
from core.adapters.resilience import Resilient
from core.adapters.stored_vectors import StoredVectors
from core.conversation.answering import Answerer
from core.conversation.asking import Asking, AskingRules
from core.conversation.extractive import Extractive, Phrasing
from core.conversation.generative import Generative
from core.conversation.service import Conversations
from core.conversation.voting import Voting
from core.database import Database
from core.errors import CoachError
from core.knowledge.service import Knowledge, Progress
from core.monitoring.service import Monitoring
from core.ports import ChatModel, Clock, Embedder, VectorStore
from core.prompts.model import CoachPrompt
from core.releases.model import ReleaseSpec
from core.releases.service import Releases
from core.semantic_cache.service import SemanticCache
from core.semantic_cache.veto import Veto
from core.settings import Settings, masked

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
    asking: Asking
    conversations: Conversations
    voting: Voting
    monitoring: Monitoring
    sessions: LocalSessions
    chat: ChatModel
    embedder: Embedder
    store: VectorStore

    def start(self, progress: Progress = lambda done, total: None) -> None:
        """Migrate the database, bring the knowledge and the stable release in step with the settings. Idempotent."""
        self.database.migrate()
        self.knowledge.sync(progress)
        self.releases.configure(self.settings.tenant, self._spec())
        # One SQLite file has one server: whatever is unfinished now, no server is at work on.
        self.conversations.recover(alone=self.database.is_sqlite)
        log.info("started", extra={"knowledge": self.knowledge.version, "chat": self.chat.name})

    def warm(self) -> None:
        """Load what is loaded at first use, so that the first question need not wait for it."""
        for part in (self.embedder, self.chat):
            if load := getattr(part, "load", None):
                try:
                    load()
                except CoachError as error:
                    log.warning("not_warm", extra={"reason": str(error)})

    def _spec(self) -> ReleaseSpec:
        settings = self.settings
        policy = f"{settings.cache} threshold={settings.cache_threshold:g} days={settings.cache_days:g}"
        return ReleaseSpec(
            chat_model=self.chat.name if self.chat.trusted else f"library+{self.chat.name}",
            prompt_version=CoachPrompt().version,
            embedder=self.embedder.name,
            knowledge_version=self.knowledge.version,
            cache_policy=policy,
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


def build_services(settings: Settings, clock: Clock | None = None) -> Services:
    """Construct every part that the settings name; nothing is read, migrated or called yet."""
    clock = clock or SystemClock()
    database = Database(settings.database)
    embedder = _embedder(settings)
    store = _store(settings, database)
    chat = _chat(settings)
    knowledge = Knowledge(database, embedder, store, clock, settings.knowledge_dirs)
    releases = Releases(database, clock)
    cache = SemanticCache(
        database,
        embedder,
        store,
        clock,
        lambda: _veto(knowledge),
        threshold=settings.cache_threshold,
        time_to_live=timedelta(days=settings.cache_days),
        enabled=settings.cache == "on",
    )
    answerer = _answerer(settings, chat, knowledge)
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        releases=releases,
        knowledge=knowledge,
        cache=cache,
        asking=Asking(database, clock, releases, cache, knowledge, embedder, answerer, _rules(settings, chat)),
        conversations=Conversations(database, clock),
        voting=Voting(database, clock),
        monitoring=Monitoring(database),
        sessions=LocalSessions(settings.tenant, _cookie_secret(settings)),
        chat=chat,
        embedder=embedder,
        store=store,
    )


def _problem(check: Callable[[], object]) -> str:
    try:
        check()
    except CoachError as error:
        return str(error)
    return ""


def _resilient(settings: Settings, service: str) -> Resilient:
    return Resilient(
        service,
        attempts=settings.retries,
        breaker_failures=settings.circuit_failures,
        breaker_reset_s=settings.circuit_seconds,
    )


def _key(settings: Settings) -> str:
    # A server of one's own may ask for no key; the SDK wants one all the same.
    return settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"


def _embedder(settings: Settings) -> Embedder:
    if settings.embedder == "embedded":
        return OnnxEmbedder()
    return OpenAIEmbedder(
        _key(settings),
        settings.embedding_model,
        settings.embedding_dimension,
        base_url=settings.openai_base_url,
        timeout_s=settings.timeout_seconds,
        resilience=_resilient(settings, "OpenAI"),
    )


def _chat(settings: Settings) -> ChatModel:
    if settings.chat == "embedded":
        return LlamaChat()
    return OpenAIChat(
        _key(settings),
        settings.chat_model,
        base_url=settings.openai_base_url,
        timeout_s=settings.timeout_seconds,
        resilience=_resilient(settings, "OpenAI"),
    )


def _store(settings: Settings, database: Database) -> VectorStore:
    if settings.vector_store == "pinecone" and settings.pinecone_api_key and settings.pinecone_index_host:
        return PineconeStore(
            settings.pinecone_api_key.get_secret_value(),
            settings.pinecone_index_host,
            timeout_s=settings.timeout_seconds,
            resilience=_resilient(settings, "Pinecone"),
        )
    return StoredVectors(database, "faiss" if settings.vector_store == "faiss" else "exact")


def _answerer(settings: Settings, chat: ChatModel, knowledge: Knowledge) -> Answerer:
    phrasing = Phrasing(chat, settings.phrasing_seconds) if settings.phrasing and not chat.trusted else None
    library = Extractive(lambda: [name for names in knowledge.exercise_names for name in names], phrasing)
    if not chat.trusted:
        return library
    return Generative(chat, CoachPrompt(), library, max_tokens=settings.answer_max_tokens)


def _rules(settings: Settings, chat: ChatModel) -> AskingRules:
    free = {Extractive.name: (0.0, 0.0), "none": (0.0, 0.0)} | ({} if chat.trusted else {chat.name: (0.0, 0.0)})
    return AskingRules(
        locale=settings.locale,
        question_max_characters=settings.question_max_characters,
        relevance_threshold=settings.relevance_threshold,
        prices=free | {model: (price.input, price.output) for model, price in settings.prices.items()},
        log_questions=settings.log_questions,
    )


@lru_cache(maxsize=2)
def _veto_of(names: tuple[tuple[str, ...], ...]) -> Veto:
    return Veto(names)


def _veto(knowledge: Knowledge) -> Veto:
    return _veto_of(knowledge.exercise_names)


def _cookie_secret(settings: Settings) -> str:
    if settings.cookie_secret is not None:
        return settings.cookie_secret.get_secret_value()
    return kept_secret(settings.data_dir / "cookie_secret")
