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
from core.adapters.onnx_verifier import OnnxVerifier
from core.adapters.openai_chat import OpenAIChat
from core.adapters.openai_embedder import OpenAIEmbedder
from core.adapters.pinecone_store import PineconeStore
from core.adapters.resilience import Resilient
from core.adapters.stored_vectors import StoredVectors
from core.conversation.answering import Answerer
from core.conversation.asking import Asking, AskingRules
from core.conversation.extractive import Extractive, Phrasing
from core.conversation.flight import Flights
from core.conversation.fresh import Fresh
from core.conversation.generative import Generative
from core.conversation.renewal import Renewal
from core.conversation.rewriting import ModelRewriter, Rewriter, RuleRewriter
from core.conversation.service import Conversations
from core.conversation.standing import Standing
from core.conversation.voting import Voting
from core.database import Database
from core.errors import CoachError
from core.knowledge.service import Knowledge, Progress
from core.monitoring.service import Monitoring
from core.ports import ChatModel, Clock, Embedder, VectorStore, Verifier
from core.prompts.model import CoachPrompt
from core.releases.model import ReleaseSpec
from core.releases.service import Releases
from core.semantic_cache.desk import CacheDesk
from core.semantic_cache.judge import Judge, LocalJudge, ModelJudge
from core.semantic_cache.judging import Judging
from core.semantic_cache.model import CachePolicy
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
    judging: Judging
    desk: CacheDesk
    flights: Flights
    asking: Asking
    renewal: Renewal
    conversations: Conversations
    voting: Voting
    monitoring: Monitoring
    sessions: LocalSessions
    chat: ChatModel
    embedder: Embedder
    verifier: Verifier | None
    store: VectorStore

    def start(self, progress: Progress = lambda done, total: None) -> None:
        """Migrate the database, bring the knowledge and the stable release in step with the settings. Idempotent."""
        self.database.migrate()
        self.knowledge.sync(progress)
        self.releases.configure(self.settings.tenant, self._spec())
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

    def _spec(self) -> ReleaseSpec:
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


def build_services(settings: Settings, clock: Clock | None = None) -> Services:
    """Construct every part that the settings name; nothing is read, migrated or called yet."""
    clock = clock or SystemClock()
    database = Database(settings.database)
    embedder = _embedder(settings)
    store = _store(settings, database)
    chat = _chat(settings)
    knowledge = Knowledge(database, embedder, store, clock, settings.knowledge_dirs)
    releases = Releases(database, clock)
    policy, verifier = cache_policy(settings), _verifier(settings)
    cache = SemanticCache(
        database,
        embedder,
        store,
        clock,
        lambda: _veto(knowledge),
        policy=policy,
        verifier=verifier,
        digests=lambda: knowledge.digests,
    )
    flights = Flights(database, clock, patience_s=settings.shared_call_seconds)
    rewriter = _rewriter(chat, knowledge)
    fresh = Fresh(knowledge, embedder, _answerer(settings, chat, knowledge), settings.relevance_threshold)
    rules = _rules(settings, chat)
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        releases=releases,
        knowledge=knowledge,
        cache=cache,
        judging=Judging(database, clock, _judge(settings, chat, verifier), policy),
        desk=CacheDesk(database, clock, policy, cache.learner.measure, lambda: knowledge.digests),
        flights=flights,
        asking=Asking(database, clock, releases, cache, fresh, rewriter, flights, rules),
        renewal=Renewal(cache, fresh, rules, lambda: releases.stable(settings.tenant)),
        conversations=Conversations(database, clock),
        voting=Voting(database, clock),
        monitoring=Monitoring(database),
        sessions=LocalSessions(settings.tenant, _cookie_secret(settings)),
        chat=chat,
        embedder=embedder,
        verifier=verifier,
        store=store,
    )


def cache_policy(settings: Settings) -> CachePolicy:
    """Return what the settings say about the cache."""
    return CachePolicy(
        enabled=settings.cache == "on",
        error_budget=settings.cache_error_budget,
        time_to_live=timedelta(days=settings.cache_days),
        fresh_for=timedelta(days=settings.cache_fresh_days),
        most_entries=settings.cache_most_entries,
        judge_calls_per_day=settings.cache_judge_per_day,
        audit_share=settings.cache_audit_share,
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


def _verifier(settings: Settings) -> Verifier | None:
    return OnnxVerifier() if settings.cache_verifier == "embedded" else None


def _judge(settings: Settings, chat: ChatModel, verifier: Verifier | None) -> Judge | None:
    wanted = settings.cache_judge
    if wanted == "model" or (wanted == "auto" and chat.trusted):
        return ModelJudge(chat)
    if verifier is None or wanted == "off":
        return None
    return LocalJudge(verifier)


def _rewriter(chat: ChatModel, knowledge: Knowledge) -> Rewriter:
    def standing() -> Standing:
        return _standing_of(knowledge.exercise_names)

    return ModelRewriter(chat, standing) if chat.trusted else RuleRewriter(standing)


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
        prices=free | {model: (price.input, price.output) for model, price in settings.prices.items()},
        log_questions=settings.log_questions,
    )


@lru_cache(maxsize=2)
def _veto_of(names: tuple[tuple[str, ...], ...]) -> Veto:
    return Veto(names)


@lru_cache(maxsize=2)
def _standing_of(names: tuple[tuple[str, ...], ...]) -> Standing:
    return Standing(names)


def _veto(knowledge: Knowledge) -> Veto:
    return _veto_of(knowledge.exercise_names)


def _cookie_secret(settings: Settings) -> str:
    if settings.cookie_secret is not None:
        return settings.cookie_secret.get_secret_value()
    return kept_secret(settings.data_dir / "cookie_secret")
