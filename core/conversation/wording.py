"""One spelling for the rules that read how a question is worded."""

from __future__ import annotations

import re

OPENING = r"(?:^|[.!?;:]\s*|\s[-–—]\s*)(?:(?:hi|hey|hello|ok|so|coach|well)\b[\s,!.]*)*"
"""Where a sentence begins, greetings passed over."""
NEAR = 80
"""Characters on either side of a word that can say how it is meant."""
VERBOSE = re.IGNORECASE | re.VERBOSE
_SPELLINGS = (
    (re.compile(r"\s+"), " "),
    (re.compile(r"[’`´]"), "'"),
    (re.compile(r"\bi\s?m\b|\biam\b|\bi am\b", re.IGNORECASE), "i'm"),
    (re.compile(r"\bive\b|\bi have (?=been\b|had\b|got\b)", re.IGNORECASE), "i've "),
    (re.compile(r"\b(ca|do|wo|did|could|should|would)nt\b", re.IGNORECASE), r"\1n't"),
    (re.compile(r"\bcannot\b", re.IGNORECASE), "can't"),
)


def respelled(question: str) -> str:
    """Return a question in lower case, with contractions in one spelling and single spaces.

    >>> respelled("Im 54,  I cant run")
    "i'm 54, i can't run"
    """
    for pattern, spelling in _SPELLINGS:
        question = pattern.sub(spelling, question)
    return question.lower().strip()
