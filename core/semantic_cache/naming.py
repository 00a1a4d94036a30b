"""Names of things that no list holds: two questions that name other ones are not answered by one answer."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+(?:['’]s)?")
_NUMERAL = re.compile(r"\b(?:(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3})|(?<=[a-z] )[VX](?!\.)|[A-Z](?=\.\s?[A-Z]))\b")
"""Roman numerals (one letter alone only after a word: "Henry V"), and initials before another name."""
_MOST_CAPITALS = 0.5
"""A question with a greater share of capitalised words is a heading, in which capitals say nothing."""
_LEAST = 4
"""Letters of a name whose longer forms count as the same."""


@lru_cache(maxsize=4096)
def names_in(question: str) -> frozenset[str]:
    """Return the names in a question, as they are written: capitalised words inside a sentence.

    Abbreviations are none: what they stand for may be written out in another question.

    >>> sorted(names_in("How do I move from Gmail to Outlook? Using IMAP."))
    ['Gmail', 'Outlook']
    >>> sorted(names_in("How To Cook Rice"))
    []
    """
    text = unicodedata.normalize("NFKC", question)
    inside = [_bare(word[0]) for word in _WORD.finditer(text) if not _opens(text[: word.start()])]
    names = [word for word in inside if word[0].isupper() and not word.isupper()]
    return frozenset(names) if len(names) <= _MOST_CAPITALS * len(inside) else frozenset()


def others_named(asked: str, known: str) -> str | None:
    """Say which name one of two questions has and the other has not, if each has such a one; None where they agree.

    >>> others_named("How do I leave Gmail?", "How do I leave Outlook?")
    'Gmail'
    >>> others_named("Who directed Alien?", "Who directed Aliens?")
    'Alien'
    >>> others_named("How did Louis XIV die?", "How did Louis XVI die?")
    'XIV'
    >>> others_named("How do I leave Gmail?", "How can I close an account at gmail?")
    >>> others_named("What are the best schools in Germany?", "Which are the best German schools?")
    """
    for one, other in ((_numbered(asked), _numbered(known)), (_lacking(asked, known), _lacking(known, asked))):
        if one and other and one != other:
            return min(*one, *other)
    return None


@lru_cache(maxsize=4096)
def _numbered(question: str) -> tuple[str, ...]:
    """Return the Roman numerals and initials of names, in order: "Henry VIII", "George H. W. Bush"."""
    return tuple(_NUMERAL.findall(unicodedata.normalize("NFKC", question)))


def _lacking(question: str, other: str) -> list[str]:
    """Return the names of a question that are in no form in the other."""
    return [name for name in names_in(question) if not any(_same(name, word) for word in _words(other))]


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(_bare(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text)))


def _same(one: str, other: str) -> bool:
    """Say whether two words are one name, perhaps in another form: "German", "Germany"; not "Java", "JavaScript"."""
    shorter, longer = sorted((one, other), key=len)
    if not longer.lower().startswith(shorter.lower()):
        return False
    rest = longer[len(shorter) :]
    return not rest or (rest.islower() and rest != "s" and len(shorter) >= _LEAST)


def _bare(word: str) -> str:
    return re.sub(r"['’]s$", "", word)


def _opens(before: str) -> bool:
    """Say whether a word with this before it is the first of a sentence."""
    return before.strip(" \"'“‘(")[-1:] in ("", *".?!:;\n")
