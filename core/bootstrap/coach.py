"""Says how the coach answers and the cache decides, as the settings have it."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from core.conversation.answering import Answerer
from core.conversation.asking_rules import AskingRules
from core.conversation.extractive import Extractive, Phrasing
from core.conversation.generative import Generative
from core.conversation.rewriting import ModelRewriter, Rewriter, RuleRewriter
from core.conversation.standing import Standing
from core.knowledge.service import Knowledge
from core.ports import ChatModel, Verifier
from core.prompts.model import CoachPrompt
from core.semantic_cache.judge import Judge, LocalJudge, ModelJudge
from core.semantic_cache.model import CachePolicy
from core.semantic_cache.veto import Veto
from core.settings import Settings


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


def make_judge(settings: Settings, chat: ChatModel, verifier: Verifier | None) -> Judge | None:
    """Return who checks doubtful decisions, or None where nobody does."""
    wanted = settings.cache_judge
    if wanted == "model" or (wanted == "auto" and chat.trusted):
        return ModelJudge(chat)
    if verifier is None or wanted == "off":
        return None
    return LocalJudge(verifier)


def make_rewriter(chat: ChatModel, knowledge: Knowledge) -> Rewriter:
    """Return who makes a follow-up stand alone: a trusted model, else the rules."""

    def standing() -> Standing:
        return _standing_of(knowledge.exercise_names)

    return ModelRewriter(chat, standing) if chat.trusted else RuleRewriter(standing)


def make_answerer(settings: Settings, chat: ChatModel, knowledge: Knowledge) -> Answerer:
    """Return who answers what the cache does not: a trusted model, else the library in its own words."""
    phrasing = Phrasing(chat, settings.phrasing_seconds) if settings.phrasing and not chat.trusted else None
    library = Extractive(lambda: [name for names in knowledge.exercise_names for name in names], phrasing)
    if not chat.trusted:
        return library
    return Generative(chat, CoachPrompt(), library, max_tokens=settings.answer_max_tokens)


def asking_rules(settings: Settings, chat: ChatModel) -> AskingRules:
    """Return what the settings say about turns; what runs here costs nothing."""
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


def veto_of(knowledge: Knowledge) -> Veto:
    """Return the veto that knows the exercises of the library as it is now."""
    return _veto_of(knowledge.exercise_names)
