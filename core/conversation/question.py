"""What may be asked, and what the answer may be shared with."""

from __future__ import annotations

import re
import unicodedata

from core.conversation.identifiers import has_identifier
from core.conversation.personal import about_a_person
from core.conversation.safety import notices
from core.errors import InputError
from core.text import tokens

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Joiners shape letters in Persian, Hindi and emoji; the rest of their class only hides text.
_KEPT = {"\n", "\u200c", "\u200d"}

_OPENS = re.compile(
    r"^\W*(?:and|but|also|or|so|then|what about|how about|why not|why|really|are you sure|ok|okay|yes|no|more"
    r"|tell me more|go on|continue|explain|another|which one|what else"
    r"|anything else|for how long|how so|else|in that case)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:that|this|these|those|them|they|their|its|ones?|same|above|previous|earlier|former|latter|again|you said"
    r"|you mentioned|your answer)\b",
    re.IGNORECASE,
)
_IT = re.compile(r"\bit\b", re.IGNORECASE)
_EMPTY_IT = re.compile(
    r"\b(?:(?:is|isn['’]t|was|would|will|can) it (?:be )?(?:ok(?:ay)?|safe|good|bad|better|best|normal|possible|true"
    r"|necessary|worth|fine|dangerous|healthy|harmful|useful|wise|too|important|enough)|does it take|it takes)\b",
    re.IGNORECASE,
)
_NOT_REFERRING = re.compile(r"\bthis (?:week|month|year|morning|evening)\b|\bone (?:day|week|leg|arm)\b", re.IGNORECASE)
SHORTEST_STANDALONE = 3
"""Words below which a question in the middle of a conversation is taken for a follow-up."""


def cleaned(question: str, longest: int) -> str:
    """Return the question without invisible characters.

    Raises
    ------
    InputError
        It is empty, has no word, or more than `longest` characters.
    """
    kept = "".join(c for c in question if c in _KEPT or unicodedata.category(c) not in _INVISIBLE).strip()
    if not kept:
        raise InputError("Write a question first.")
    if len(kept) > longest:
        raise InputError(f"The question has {len(kept):,} characters; {longest:,} are the most. Please shorten it.")
    if not any(character.isalnum() for character in kept):
        raise InputError("Write the question in words; signs and pictures alone cannot be answered.")
    return kept


def is_personal(question: str) -> bool:
    """Say whether the question is about one person, or tells who asks, so that its answer is nobody else's.

    Rules that err on the careful side: a general question taken for a personal one only misses the cache.

    >>> is_personal("How do I do a push-up?"), is_personal("I am 54 and my knee hurts")
    (False, True)
    """
    return about_a_person(question) or has_identifier(question)


def may_be_shared(question: str) -> bool:
    """Say whether a question that stands alone may be looked up in, and its answer put into, what users share.

    Not where it is personal, and not where it may be an emergency. Other notices stand above an answer whoever asked
    first, so that they keep nothing out.

    >>> may_be_shared("Is yoga safe in pregnancy?"), may_be_shared("Why do people get chest pain?")
    (True, False)
    """
    return not is_personal(question) and all(notice.kind != "emergency" for notice in notices(question))


def depends_on_before(question: str) -> bool:
    """Say whether the question may lean on what was said before, so that its words alone do not hold its meaning.

    >>> depends_on_before("And how many of those?"), depends_on_before("Is it safe to run in the heat?")
    (True, False)
    """
    if len(tokens(question)) < SHORTEST_STANDALONE or _OPENS.search(question):
        return True
    bare = _NOT_REFERRING.sub(" ", _EMPTY_IT.sub(" ", question))
    return bool(_REFERS.search(bare) or _IT.search(bare))
