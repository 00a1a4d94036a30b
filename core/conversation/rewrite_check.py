"""Whether a rewritten question says what the conversation says. A model's words are not taken on trust."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.conversation.health import names_condition, names_symptom
from core.conversation.possession import names_body_part
from core.conversation.question import is_personal
from core.conversation.wording import respelled
from core.text import content_words, is_number, stem, tokens

MOST_NEW_WORDS = 0.4
"""Share of a rewritten question's words that the conversation need not hold: a rewrite has verbs of its own."""
_NEGATIONS = frozenset(["not", "no", "never", "without", "cannot"])
_ASKED_NEGATED = re.compile(
    r"^\W*(?:why\s+)?(?:is|are|do|does|did|can|could|should|would|wo|will|has|have|ca)n['’]?t\b", re.IGNORECASE
)
_SAYS_NO = re.compile(r"^\W*(?:no|nope|nah)\b[^.!?]*[.!?,]\s*", re.IGNORECASE)  # an answer, not a negated question
_BODY = re.compile(
    r"\b(?:i'm|am|aged?|turn(?:ed|ing)?)\s+\d{1,3}\b(?!\s*(?:min|hour|day|week|month|km|mile|m\b|%))"
    r"|\b\d{1,3}[\s-]*(?:years?|yrs?)?[\s-]*(?:old|yo|y/o)\b|\bweigh\b|\bbmi\b|\b(?:over|under)weight\b"
)


def faithful(rewritten: str, question: str, before: Sequence[tuple[str, str]]) -> bool:
    """Say whether a rewrite holds no number and few words that nobody said, and keeps the question's numbers and "not".

    This also bounds what instructions hidden in a conversation can do: the rewrite stays within what was said.

    >>> chat = [("How do I do a push-up?", "Keep your body straight.")]
    >>> faithful("How many push-ups should be done?", "How many should I do?", chat)
    True
    >>> faithful("How many grams of creatine are safe?", "How many should I do?", chat)
    False
    """
    said = " ".join([*(text for turn in before for text in turn), question])
    if not _numbers(question) <= _numbers(rewritten) <= _numbers(said):
        return False
    if _negated(question) and not _negated(rewritten):
        return False
    words = content_words(rewritten)
    new = words - content_words(said) - frozenset(stem(tokens(said)))
    return bool(words) and len(new) <= MOST_NEW_WORDS * len(words)


def told_of_body(message: str) -> bool:
    """Say whether a user's message tells of somebody's health, age or weight: it then bears on all that is asked later.

    >>> told_of_body("I'm pregnant, hi"), told_of_body("How do I squat?"), told_of_body("I have the Gold plan")
    (True, False, False)
    """
    text = respelled(message)
    return is_personal(message) and (
        names_condition(text) or (names_symptom(text) and names_body_part(text)) or _BODY.search(text) is not None
    )


def _numbers(text: str) -> set[str]:
    # "One" and "first" are words more often than numbers.
    return {token for token in tokens(text) if is_number(token) and token not in ("1", "2")}


def _negated(text: str) -> bool:
    text = _SAYS_NO.sub("", text)
    return not _ASKED_NEGATED.match(text) and not _NEGATIONS.isdisjoint(tokens(text))
