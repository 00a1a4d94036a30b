"""Words, numbers and units in English text: the ground that the grounding check and the cache's veto stand on."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import Stemmer

_UNITS = {
    word: unit
    for unit, words in {
        "g": "g gram grams gramme grammes",
        "kg": "kg kgs kilo kilos kilogram kilograms",
        "mg": "mg milligram milligrams",
        "mcg": "mcg microgram micrograms",
        "oz": "oz ounce ounces",
        "lb": "lb lbs pound pounds",
        "ml": "ml millilitre millilitres milliliter milliliters",
        "l": "l litre litres liter liters",
        "km": "km kms k kilometre kilometres kilometer kilometers",
        "mile": "mile miles",
        "m": "m metre metres meter meters",
        "cm": "cm centimetre centimetres centimeter centimeters",
        "inch": "inch inches",
        "s": "s sec secs second seconds",
        "min": "min mins minute minutes",
        "h": "h hr hrs hour hours",
        "day": "day days daily",
        "week": "week weeks weekly",
        "month": "month months monthly",
        "year": "year years yearly",
        "%": "% percent",
        "rep": "rep reps repetition repetitions",
        "set": "set sets",
        "kcal": "kcal calorie calories",
        "kj": "kj kilojoule kilojoules",
        "cup": "cup cups",
        "scoop": "scoop scoops",
        "°c": "°c degrees",
    }.items()
    for word in words.split()
}
_NUMBER_WORDS = {
    word: number
    for number, words in {
        "0": "zero", "0.5": "half", "1": "one once single", "2": "two twice double", "3": "three thrice triple",
        "4": "four", "5": "five", "6": "six", "7": "seven", "8": "eight", "9": "nine", "10": "ten", "11": "eleven",
        "12": "twelve dozen", "13": "thirteen", "14": "fourteen", "15": "fifteen", "16": "sixteen",
        "17": "seventeen", "18": "eighteen", "19": "nineteen", "20": "twenty", "30": "thirty", "40": "forty",
        "50": "fifty", "60": "sixty", "70": "seventy", "80": "eighty", "90": "ninety", "100": "hundred",
        "1000": "thousand",
    }.items()
    for word in words.split()
}  # fmt: skip
_NOT = re.compile(r"(?:ai|are|ca|could|did|does|do|had|has|have|is|must|need|should|was|were|wo|would)nt|\w+n't")
_STOP = frozenset(
    """
    a an the of to in on at for and or is are be as it its this that these those with by from your you their they we
    our he she can should may will would do does did has have had about into per than then so if when while also how
    what which who most many some any each every both such there here i me my up out
    """.split()
)
# A minus belongs to a number that it opens: "-5 °C" is cold, while "8-12 reps" is a range.
_TOKEN = re.compile(r"(?:(?<![\w)])[-−])?\d+(?:[.,]\d+)?|%|°c|[a-z]+(?:['’][a-z]+)*", re.IGNORECASE)
_NUMBER_THEN_LETTER = re.compile(r"(?<=\d)(?=[a-zA-Z%°])")
_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?!\d)")
_ONE_WORD = re.compile(
    r"\b(?:(push|pull|press|chin|sit|step|curl|get|warm|cool|roll|work|muscle)(ups?|downs?|outs?|overs?)"
    r"|(bar|dumb|kettle)(bells?)|(dead)(lifts?))\b"
)
_PLAIN_SIGNS = str.maketrans({"’": "'", "−": "-", ",": "."})
# A Snowball stemmer keeps a buffer, so that each thread needs its own.
_local = threading.local()


def stem(words: Sequence[str]) -> list[str]:
    """Return the Snowball stems of lower-case words."""
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stems: list[str] = _local.stemmer.stemWords(list(words))
    return stems


def tokens(text: str) -> list[str]:
    """Return lower-case words, numbers (also those written as words) and unit signs, in order.

    >>> tokens("Don't eat 1,5g!")
    ['not', 'eat', '1.5', 'g']
    >>> tokens("1,500 kcal at -5 °C, why shouldnt I?")
    ['1500', 'kcal', 'at', '-5', '°c', 'why', 'not', 'i']
    """
    folded = _THOUSANDS.sub(lambda number: number[0].replace(",", ""), unicodedata.normalize("NFKC", text))
    words = (word.lower().translate(_PLAIN_SIGNS) for word in _TOKEN.findall(_NUMBER_THEN_LETTER.sub(" ", folded)))
    return ["not" if _NOT.fullmatch(word) else _NUMBER_WORDS.get(word, word) for word in words]


def is_number(token: str) -> bool:
    """Say whether a token of :func:`tokens` is a number."""
    return token[-1].isdigit()


def unit(token: str) -> str | None:
    """Return the unit that a token names (``grams`` is ``g``), or None."""
    return _UNITS.get(token)


def quantities(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each number with its unit, the last first; in "1.4 to 2 g" both numbers have the unit.

    >>> sorted(quantities(tokens("1.4 to 2.0 grams, 3 times")))
    [('1.4', 'g'), ('2', 'g'), ('3', '')]
    """
    following = ""
    for token in reversed(words):
        if token in _UNITS:
            following = _UNITS[token]
        elif is_number(token):
            yield f"{float(token):.12g}", following
        elif token not in ("to", "and", "or"):
            following = ""


def content_words(text: str) -> frozenset[str]:
    """Return the stems of the words that carry meaning; units in one spelling, numbers left out.

    >>> sorted(content_words("How many grams of protein do you need?"))
    ['g', 'need', 'protein']
    """
    kept = [_UNITS.get(word, word) for word in tokens(text) if word not in _STOP and not is_number(word)]
    return frozenset(stem(kept))


def plain(text: str) -> str:
    """Return stemmed words between single spaces, with one at each end, so that ``in`` finds whole names only.

    A compound is read alike in one word, with a hyphen and in two.

    >>> plain("push up") in plain("How are Push-ups done?"), plain("pushups")
    (True, ' push up ')
    """
    folded = _ONE_WORD.sub(_in_two, unicodedata.normalize("NFKC", text).lower())
    return f" {' '.join(stem(re.findall(r'[a-z0-9]+', folded)))} "


def _in_two(compound: re.Match[str]) -> str:
    return " ".join(filter(None, compound.groups()))


class Names:
    """Finds names in texts, the longest first: "lower back" is found before "back".

    Parameters
    ----------
    meanings : mapping of str to str
        For each name what it stands for.
    """

    def __init__(self, meanings: Mapping[str, str]) -> None:
        stemmed = {plain(name): meaning for name, meaning in meanings.items()}
        names = sorted(stemmed.items(), key=lambda pair: -len(pair[0]))
        self._by_first: dict[str, list[tuple[int, str, str]]] = {}
        for place, (name, meaning) in enumerate(names):
            self._by_first.setdefault(name.split(" ", 2)[1], []).append((place, name, meaning))

    def within(self, text: str) -> set[str]:
        """Return what the names in a text, given as :func:`plain` returns it, stand for.

        >>> Names({"push-up": "push-up", "wall push-up": "wall"}).within(plain("Are wall push-ups easy?"))
        {'wall'}
        """
        return self.apart(text)[0]

    def apart(self, text: str) -> tuple[set[str], str]:
        """Return what the names in a text stand for, and the text without them.

        >>> Names({"squat": "squat"}).apart(plain("Are squats safe?"))
        ({'squat'}, ' are | safe ')
        """
        found = set()
        # Only names whose first word is in the text: there can be a thousand others.
        near = (self._by_first[word] for word in self._by_first.keys() & text.split())
        for _, name, meaning in sorted(chain.from_iterable(near)):
            while name in text:
                found.add(meaning)
                text = text.replace(name, " | ")
        return found, text


def storable(text: str) -> str:
    """Return a text without halves of surrogate pairs, which no encoder, tokenizer or database accepts."""
    return text.encode("utf-8", "replace").decode()


def normalise(text: str) -> str:
    """Return a question without what cannot change its answer: case, spaces, punctuation at the ends, width."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return re.sub(r"\s+", " ", folded).strip(" .?!,;:")
