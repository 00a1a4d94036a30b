"""Builds everything from the settings."""

from __future__ import annotations

from core.access.tokens import LocalSessions, kept_secret
from core.adapters.clock import SystemClock
from core.bootstrap.coach import (
    asking_rules,
    cache_policy,
    make_answerer,
    make_judge,
    make_rewriter,
    veto_of,
)
from core.bootstrap.drifting import make_drift
from core.bootstrap.services import Services
from core.bootstrap.topics import make_topics
from core.bootstrap.vendors import make_chat, make_embedder, make_store, make_verifier
from core.conversation.archive import Archive
from core.conversation.asking import Asking
from core.conversation.flight import Flights
from core.conversation.fresh import Fresh
from core.conversation.privacy import Privacy
from core.conversation.renewal import Renewal
from core.conversation.service import Conversations
from core.conversation.voting import Voting
from core.database import Database
from core.knowledge.service import Knowledge
from core.monitoring.recording import record_verdict
from core.monitoring.service import Monitoring
from core.monitoring.views import SavedViews
from core.ports import Clock
from core.releases.service import Releases
from core.semantic_cache.desk import CacheDesk
from core.semantic_cache.judging import Judging
from core.semantic_cache.service import SemanticCache
from core.settings import Settings


def build_services(settings: Settings, clock: Clock | None = None) -> Services:
    """Construct every part that the settings name; nothing is read, migrated or called yet."""
    clock = clock or SystemClock()
    database = Database(settings.database)
    embedder = make_embedder(settings)
    store = make_store(settings, database)
    chat = make_chat(settings)
    knowledge = Knowledge(database, embedder, store, clock, settings.knowledge_dirs)
    releases = Releases(database, clock)
    policy, verifier = cache_policy(settings), make_verifier(settings)
    cache = SemanticCache(
        database,
        embedder,
        store,
        clock,
        lambda: veto_of(knowledge),
        policy=policy,
        verifier=verifier,
        digests=lambda: knowledge.digests,
    )
    flights = Flights(database, clock, patience_s=settings.shared_call_seconds)
    rewriter = make_rewriter(chat, knowledge)
    fresh = Fresh(knowledge, embedder, make_answerer(settings, chat, knowledge), settings.relevance_threshold)
    rules = asking_rules(settings, chat)
    monitoring = Monitoring(database, clock)
    topics = make_topics(settings, database, clock, embedder, knowledge)
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        releases=releases,
        knowledge=knowledge,
        cache=cache,
        judging=Judging(database, clock, make_judge(settings, chat, verifier), policy, record_verdict),
        desk=CacheDesk(database, clock, policy, cache.learner.measure, lambda: knowledge.digests),
        flights=flights,
        asking=Asking(database, clock, releases, cache, fresh, rewriter, flights, rules, topics.topic_of),
        topics=topics,
        renewal=Renewal(cache, fresh, rules, lambda: releases.stable(settings.tenant)),
        conversations=Conversations(database, clock),
        voting=Voting(database, clock),
        archive=Archive(database, clock, topics.names),
        privacy=Privacy(database, clock, cache.upkeep.reconcile, settings.text_days),
        monitoring=monitoring,
        drift=make_drift(settings, database, clock, embedder, monitoring),
        views=SavedViews(database, clock),
        sessions=LocalSessions(settings.tenant, _cookie_secret(settings)),
        chat=chat,
        embedder=embedder,
        verifier=verifier,
        store=store,
    )


def _cookie_secret(settings: Settings) -> str:
    if settings.cookie_secret is not None:
        return settings.cookie_secret.get_secret_value()
    return kept_secret(settings.data_dir / "cookie_secret")
