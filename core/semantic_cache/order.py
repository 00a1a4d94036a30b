"""Two questions of the same words can differ in who does what to whom: "A over B" and "B over A"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.text import content_words

_BETWEEN = frozenset("than over befor after to into from onto toward".split())
"""Stems of words whose two sides may not be exchanged."""


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
            return min(crossed)
    return None


def _around(words: Sequence[str], between: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the content words before and after the last occurrence of a word."""
    place = len(words) - 1 - list(reversed(words)).index(between)
    return content_words(" ".join(words[:place])), content_words(" ".join(words[place + 1 :]))


def goes_with(text: str, words: Iterable[str]) -> frozenset[str]:
    """Return what follows each of these names in a text, given as :func:`core.text.plain` returns it.

    >>> sorted(goes_with(" high rep low weight ", [" high "]))
    ['rep']
    """
    following = (text.partition(word)[2].partition(" ")[0] for word in words if word in text)
    return frozenset(filter(None, following))
