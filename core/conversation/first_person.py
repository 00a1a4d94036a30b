"""How "I" and "we" stand in a question: asked about ("can I"), supposed ("when I run"), wished, or told of."""

from __future__ import annotations

import re

from core.conversation.wording import NEAR, VERBOSE
from core.semantic_cache import vocabulary
from core.text import Names, plain

_SUBJECT = re.compile(r"\b(?:i|we)\b(?P<short>'m|'re|'ve|'d|'ll)?(?!\.)")
# Before the subject
_ASKS = re.compile(r"\b(?:can|could|should|shall|do|does|may|must|might|will|would)(?:n't)?(?:\s+not)?\s+$")
_ASKS_STATE = re.compile(r"\b(?:am|are)\s+$")
_SUPPOSES = re.compile(
    r"\b(?:if|when|whenever|before|after|while|until|till|unless|once|how|that|than|as|so|because|what|which|where"
    r"|whether|time|and|or|but)\s+$"
)
# After the subject
_RULE = re.compile(r"\s+(?:not\s+)?(?:supposed|meant|allowed|to)\b")
_OWN_ANSWER = re.compile(r"\s+(?:still|already|weigh)\b")
_HAVE = re.compile(r"\s+have\s+(?!to\b)")
_UNABLE = re.compile(
    r"\s+(?:can't|couldn't)\s+(?:\w+ly\s+|even\s+)?(?:bend|straighten|raise|move|turn|sleep|walk|stand|breathe|kneel|see"
    r"|hear|eat|put\s+(?:any\s+)?weight)\b"
)
_PAST = (
    r"(?!need\b|feed\b|proceed\b|succeed\b)\w{2,}ed|was|were|had|did|ate|ran|slept|felt|lost|got|went|took|fell|broke"
    r"|tore|hurt|began|gave|gained|said|told|came|left|made|saw|swam|rode|drank|threw|woke|grew|became|found|kept|stood"
    r"|sat|bought|caught"
)
_PAST_OR_PRESENT = re.compile(r"\s+(?:just\s+|finally\s+)?(?:hit|put|cut|set|let)\b")
_TELLS = re.compile(
    rf"\s+(?:\w+ly\s+|just\s+)?(?:{_PAST}|weigh|suffer|wear|carry|smoke|have|sit\s+at|take\s+\w+\s*(?:mg|pills?)"
    r"|(?:should|ought\s+to|must|could)\s+weigh)\b"
)
_LOSES = re.compile(
    r"\b(?:lose|losing|gain|gaining|drop|shed|put\s+on|weigh|reach|at|hit)\s+(?:\w+\s+)?\d+(?:[.,]\d+)?\s*"
    r"(?:kg|kgs|kilos?|lbs?|pounds?|stone|st)\b"
)
_HAS = re.compile(r"\s+(?:(?:only|just)\s+)?(?:have|got|own)\b(?P<what>[^.?!;,]{0,40})")
_HAS_WHAT_ALL_HAVE = re.compile(
    r"\s+have\s+(?:to\b|(?:a\s+|the\s+|some\s+|no\s+|little\s+)*(?:cold|time|energy|gym|access|questions?|doms|goals?"
    r"|choice)\b)"
)
_THINGS = Names(vocabulary.concepts(vocabulary.EQUIPMENT) | {"minute": "time", "hour": "time", "day": "time"})
_KNOWS = re.compile(r"\s+(?:read|heard|seen|always wondered|never (?:done|tried))\b")
_WOULD_LIKE = re.compile(r"\s+(?:\w+\s+)?(?:like|love|prefer|rather|want|be\s+(?:grateful|glad|happy)|appreciate)\b")
_WISHES = re.compile(
    r"""
    \s+ (?: (?:really|just|also|always|often|sometimes|usually|only|do)\s+ )?
    (?: want | wanna | would\s+(?:like|love|prefer) | need | like | love | enjoy | hate | prefer | wish | wonder | think
      | guess | hope | know | forget | keep\s+forgetting | skip | hear | heard | read | get\s+(?:bored|confused)
      | (?:do|did)n't\s+(?:like|have|want|know|understand|get|enjoy|own|feel\s+like)
      | (?:can|could|should|may|might|must|shall|will|would)(?:n't)? ) \b
    """,
    VERBOSE,
)
_IS_LIKE_MANY = re.compile(
    r"""
    \s+ (?: (?:a|an|just|only|still|completely|totally|pretty|quite|very|so|really|absolute|complete|total)\s+ )*
    (?: beginner | novice | newbie | newcomer | new\s+(?:to|at|here) | bored | wondering | curious | looking\s+for
      | interested | trying\s+to\s+(?:learn|understand|find|improve|build|get|do) | not\s+sure | unsure | confused
      | thinking\s+(?:of|about) | learning | able | ready | afraid | nervous | serious )\b
    """,
    VERBOSE,
)
_DOING = re.compile(r"\s+(?:not\s+)?(?!expecting|breast|nursing|suffering|recovering|taking|being)\w+ing\b")


def loses_or_gains(text: str) -> bool:
    """Say whether a text speaks of losing, gaining or having a weight: "drop 5 kg"."""
    return _LOSES.search(text) is not None


def tells_of_itself(text: str) -> bool:
    """Say whether "I" or "we" tells something about a person in a text that :func:`~.wording.respelled` returned.

    >>> tells_of_itself("can i train when i have a cold?"), tells_of_itself("i slept badly, can i train?")
    (False, True)
    """
    return any(
        _tells(text[max(0, found.start() - NEAR) : found.start()], found["short"] or "", text[found.end() :][:NEAR])
        for found in _SUBJECT.finditer(text)
    )


def _tells(before: str, short: str, after: str) -> bool:
    if short in ("'m", "'re"):
        return not (_IS_LIKE_MANY.match(after) or (_SUPPOSES.search(before) and _DOING.match(after)))
    if short == "'ve":
        return not (_has_things(after) or _KNOWS.match(after))
    if short == "'d":
        return not _WOULD_LIKE.match(after) or bool(_LOSES.search(after))
    if _ASKS_STATE.search(before):
        return not _RULE.match(after)
    if _ASKS.search(before):
        return bool(_OWN_ANSWER.match(after) or (before.endswith("do ") and _HAVE.match(after)))
    return _declares(after, supposed=_SUPPOSES.search(before) is not None, future=short == "'ll")


def _declares(after: str, *, supposed: bool, future: bool) -> bool:
    if _LOSES.search(after):
        return True
    if (_PAST_OR_PRESENT.match(after) or _UNABLE.match(after)) and not supposed:
        return True
    if _has_things(after) or _HAS_WHAT_ALL_HAVE.match(after):
        return False
    return bool(_TELLS.match(after)) or not (_WISHES.match(after) or future or supposed)


def _has_things(after: str) -> bool:
    has = _HAS.match(after)
    return has is not None and bool(_THINGS.within(plain(has["what"])))
