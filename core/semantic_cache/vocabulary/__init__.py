"""Concepts that an embedding does not tell apart but a coach must. Each line is one concept with its usual words.

A word is compared by its stem, so that plurals and most verb forms need no line of their own; and the longest name in
a question wins ("lower back" is no "back").
"""

from __future__ import annotations

from core.semantic_cache.vocabulary.asking import CALENDAR, QUESTIONS
from core.semantic_cache.vocabulary.contrasts import MEASURES, OPPOSITES
from core.semantic_cache.vocabulary.lines import concepts, denying, opposites
from core.semantic_cache.vocabulary.people import BODY_PARTS, CONDITIONS, HARM, PEOPLE
from core.semantic_cache.vocabulary.training import EQUIPMENT, SUBJECTS

ASKED = "kind of question"
KINDS = {
    "equipment": EQUIPMENT,
    "body part": BODY_PARTS,
    "group of people": PEOPLE,
    "condition": CONDITIONS,
    "subject": SUBJECTS,
    ASKED: QUESTIONS,
    "time of the year or week": CALENDAR,
}
DELICATE = ("group of people", "condition")
"""Kinds of concept that a question of health names."""

__all__ = [
    "ASKED",
    "BODY_PARTS",
    "CALENDAR",
    "CONDITIONS",
    "DELICATE",
    "EQUIPMENT",
    "HARM",
    "KINDS",
    "MEASURES",
    "OPPOSITES",
    "PEOPLE",
    "QUESTIONS",
    "SUBJECTS",
    "concepts",
    "denying",
    "opposites",
]
