"""Two questions of the same words can differ in who does what to whom: "A over B" and "B over A", "A bites B"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache

from core.text import content_words, stem, tokens

_BETWEEN = frozenset("than over befor after to into from onto toward".split())
"""Stems of words whose two sides may not be exchanged."""
_JOINING = frozenset("and or vs versus nor".split())
_BE = "am|are|be|been|being|get|gets|got|is|was|were"
_PASSIVE = re.compile(rf"\b(?:{_BE})\s+(?:\w+\s+){{0,3}}\w+(?:ed|en|t)\b.*\bby\b", re.IGNORECASE)
_OBJECT = re.compile(
    r"^\W*(?:whom?|what|which)\b(?:\s+\w+)?\s+(?:can|could|did|do|does|must|should|will)\s", re.IGNORECASE
)
_YES_OR_NO = frozenset(
    "are can could did do does had has have is may might must shall should was were will would".split()
)


def exchanged(asked: Sequence[str], known: Sequence[str]) -> str | None:
    """Say which word stands on the other side of a "than", "over", "to" and the like; None where none does.

    Both are stemmed words in order. Only a true exchange counts, one word each way: "the way from A to B" and "from A
    to B, the way" agree.

    >>> exchanged("is the bike faster than the car".split(), "is the car faster than the bike".split())
    'bike'
    """
    for word in _BETWEEN & set(asked) & set(known):
        (left, right), (other_left, other_right) = _around(asked, word), _around(known, word)
        crossed, back = (left - right) & (other_right - other_left), (right - left) & (other_left - other_right)
        if crossed and back:
            return min(crossed | back)
    return None


def _around(words: Sequence[str], between: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the content words before and after the last occurrence of a word."""
    place = len(words) - 1 - list(reversed(words)).index(between)
    return content_words(" ".join(words[:place])), content_words(" ".join(words[place + 1 :]))


def changed_places(asked: str, known: str) -> str | None:
    """Say which word stands where another one stood, in questions that are the same word by word otherwise.

    Two words have changed places, or one is said twice where each was said once. What "and", "or" and "versus" join may
    stand in any order.

    >>> changed_places("features that Postgres has and MySQL lacks", "features that MySQL has and Postgres lacks")
    'mysql'
    >>> changed_places("rows and presses, but rows first", "rows and presses, but presses first")
    'press'
    >>> changed_places("Which is better, rice or pasta?", "Which is better, pasta or rice?")
    """
    one, other = stem(tokens(asked)), stem(tokens(known))
    if len(one) != len(other):
        return None
    places = [place for place, (word, instead) in enumerate(zip(one, other, strict=True)) if word != instead]
    if len(places) not in (1, 2):
        return None
    first, last = places[0], places[-1]
    word, instead = one[first], other[first]
    meaning = len({word, instead} & content_words(asked) & content_words(known))
    if first == last:
        return min(word, instead) if meaning == 2 else None
    between = set(one[first + 1 : last])
    if (one[last], other[last]) != (instead, word) or (between and between <= _JOINING):
        return None
    # "Is rice good" and "rice is good" agree, "B from A" and "A from B" do not.
    return min(word, instead) if meaning == 2 or (meaning == 1 and between) else None


def roles_exchanged(asked: str, known: str) -> str | None:
    """Say which word has another part in what happens; None where the parts are the same, or cannot be told.

    Only questions of the same content words that open alike are compared; phrases are turned round freely. Three words
    in the opposite order are a doer and a done-to that changed sides around what is done, unless one question is in
    the passive; two are, where one question asks for the doer and the other for the done-to.

    >>> roles_exchanged("Can a landlord sue a tenant?", "Can a tenant sue a landlord?")
    'landlord'
    >>> roles_exchanged("Who did Brutus betray?", "Who betrayed Brutus?")
    'betray'
    >>> roles_exchanged("Did the tenant sue the landlord?", "Was the landlord sued by the tenant?")
    """
    one, other = _ordered(asked), _ordered(known)
    if _opening(asked) != _opening(known) or set(one) != set(other) or one == other:
        return None
    places = [other.index(word) for word in one]
    moved = min(word for word, instead in zip(one, other, strict=True) if word != instead)
    if bool(_PASSIVE.search(asked)) == bool(_PASSIVE.search(known)) and _longest_fall(places) >= 3:
        return moved
    return moved if bool(_OBJECT.match(asked)) != bool(_OBJECT.match(known)) else None


def _opening(question: str) -> str:
    """Return the first word of a question; all that ask for yes or no open alike."""
    first = question.lower().split(maxsplit=1)[0] if question.strip() else ""
    return "" if first in _YES_OR_NO else first


@lru_cache(maxsize=4096)
def _ordered(question: str) -> tuple[str, ...]:
    """Return the content words of a question once each, in order, as stems."""
    kept = content_words(question)
    return tuple(word for word in dict.fromkeys(stem(tokens(question))) if word in kept)


def _longest_fall(numbers: Sequence[int]) -> int:
    """Return the length of the longest falling subsequence.

    >>> _longest_fall([2, 3, 0, 1]), _longest_fall([3, 1, 2, 0])
    (2, 3)
    """
    tails: list[int] = []
    for number in numbers:
        place = bisect_left(tails, -number)
        tails[place : place + 1] = [-number]
    return len(tails)


def goes_with(text: str, words: Iterable[str]) -> frozenset[str]:
    """Return what follows each of these names in a text, given as :func:`core.text.plain` returns it.

    >>> sorted(goes_with(" high rep low weight ", [" high "]))
    ['rep']
    """
    following = (text.partition(word)[2].partition(" ")[0] for word in words if word in text)
    return frozenset(filter(None, following))
