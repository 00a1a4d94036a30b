"""Rules that tell a question about one person from a question that anybody could ask.

"How do I squat?" and "How do I improve my squat?" are everybody's: in English the asker of a general question says "I"
too. So the rules read how "I", "we", "my" and "me" stand in the sentence. A question turns the verb before them ("can
I"), a condition holds for all ("when I run"), a wish says nothing about a body ("I want to run 5 km"); what else is
*told* about somebody ("I weigh", "my plan", "she had") makes the answer that person's alone. The rules err on the
careful side: a general question taken for a personal one only misses the cache.
"""

from __future__ import annotations

import re
from functools import lru_cache

from core.conversation.first_person import loses_or_gains, tells_of_itself
from core.conversation.health import names_condition, names_symptom, prevents
from core.conversation.possession import dated, names_body_part, owns_what_is_private
from core.conversation.scene import sets_a_scene
from core.conversation.wording import OPENING, VERBOSE, respelled
from core.semantic_cache import vocabulary

_FIRST_PERSON = re.compile(rf"\b(?:i|my|we)\b|{OPENING}(?:need|want|looking\s+for|trying\s+to|got|have|had)\b")
_TO_ME = re.compile(r"\b(?:explain|describe|show)\b[^.?!]*\bto\s+me\b")
_ME = re.compile(
    r"(?<!tell )(?<!give )(?<!show )(?<!teach )(?<!help )(?<!walk )(?<!let )"
    r"(?<!talk )(?<!telling )(?<!showing )(?<!giving )(?<!helps )(?<!make )\bme\b"
    r"|\bmake\s+me\s+(?:an?|my|some)\b"
)
_OTHERS = re.compile(
    r"\b(?:he|she|him|her|his|hers|mine|us|our|ours|ourselves|himself|herself)\b|(?<!by )(?<!push )\bmyself\b"
    r"|\byou\s+(?:told|gave|said|recommended|suggested|advised|wrote|sent|planned|set|had)\b|\bdid\s+you\b"
    r"|\b(?:an?|one|this|that|the)\s+(?:\w+\s+)?(?:friend|client|trainee|student|patient|colleague|neighbou?r|cousin"
    r"|relative|mate|team-?mate)\s+(?:has|had|just|keeps|wants|weighs|got|asked|told|is|was|suffers)\b|\b\d{2}\s?(?:yo|y/o)\b"
    r"|\bi\s+(?:coach|train|look\s+after|teach|care\s+for)\s+(?:has|is|had|was|who)\b"
)
# What is told without a subject: "Recovering from surgery, which …", "7 weeks postpartum here."
_FRAGMENT = re.compile(
    rf"""{OPENING}(?:as\s+(?:someone|somebody|one)\s+(?:with|who)
    | been | passed\s+out | diagnosed | recover(?:ing|ed) | post-?\s?op
    | pregnant(?:\s+(?:and|with|here)|\s*[,.])
    | had\s+(?:an?|my) | due\s+in | just\s+(?:found|had|got|started|turned|gave|finished|back)
    | currently\s+(?:on|in|at|taking|pregnant) | tore | broke | pulled | sprained | twisted | have\s+(?:an?|had|been)
    | got\s+(?:an?|my) | am\s+(?:\d+|an?|on) | weigh
    | (?:hit|did|ran|slept|ate|down|up|lost|\w+ed)\s+(?:about\s+|only\s+)?\d+
    | (?:hurt|felt|banged|woke|fell|rolled|bruised|strained|tweaked|injured|slipped)
    | why\s+(?:is|are|was|has|have|hasn't|haven't|isn't|aren't|won't|did|didn't)\s+my )\b""",
    VERBOSE,
)
_ASIDE = re.compile(
    rf"""{OPENING}(?:as\s+(?:an?|someone|somebody|one)
    | being | having | nursing | breast-?feeding | turning
    | suffering | coming\s+back | returning | currently | living\s+with | given | considering | despite | weighing
    | aged?
    | at\s+(?:age\s+)?\d{{2}} | with\s+(?:an?|two|one))\b""",
    VERBOSE,
)
_HERE = re.compile(rf"{OPENING}(?!start|click|look|come)(?P<who>[^.!?,;]{{3,60}})\bhere\b\s*(?:with\b|[.,;:!?–-]|$)")
_LIKE_MANY = re.compile(r"\b(?:beginner|newbie|novice|new|from)\b")
_CARD = re.compile(
    r"\b(?:(?:fe)?male|[mf])\b\s*,?\s*\d{2}\b"
    r"|\b\d{2}\s*,?\s*(?:yo|y/o|yrs?(?:\s+old)?)?\s*,?\s*(?:[mf]|male|female)\b"
    r"|\b\d+\s*(?:weeks?|months?|wks?|mos?)\s+(?:pregnant|post-?\s?partum|pp|post-?\s?op|along)\b"
    r"|\b[4-6]'\s?\d{1,2}\b|[a-z],\s*[1-9]\d,\s*[a-z]|\b(?:(?:age|weight|height)\s*[:=]\s*\d+|\d+\s*(?:kg|lbs?)\s*[,/]\s*\d+\s*cm|\d+\s*cm\s*[,/]\s*\d+\s*kg)"
)
_AGED = re.compile(
    r"\b\d{1,3}[\s-]*(?:years?|yrs?|yo|y/o)\b(?:[\s-]*old)?"
    r"|\b(?:at|aged?|turn(?:ed|ing)?|past|over)\s+(?:age\s+)?[1-9]\d\b"
    r"(?!\s*(?:%|percent|reps?|min|sec|hours?|kg|lbs?|km|h\b|s\b|:|bpm|rpm|degrees|or\b|to\b|-))"
    r"|\b(?:only\s+)?(?:one|a\s+single|a\s+missing|an?\s+artificial)\s+(?:kidney|lung|eye|hand|foot|heart)\b"
    r"|\bat\s+\d+\s*(?:kg|lbs?|pounds|kilos)\b"
)
_RECORDS = re.compile(
    r"\b(?:yesterday|tonight)\b|\b(?:what|which|anything)\b[^.?!]*\b(?:on|for|in)\s+today\b|\btoday's\b"
)
_PART_HURTS = re.compile(
    rf"{OPENING}(?:\w+\s+)?(?:{'|'.join(sorted(vocabulary.concepts(vocabulary.BODY_PARTS)))})s?\s+"
    r"(?:really\s+|still\s+)?(?:hurts?|aches?|clicks?|pops?|(?:is|are|'s)\s+(?:\w+\s+)?(?:sore|swollen|killing|hurting|stiff))\b"
)
# "Feeling a twinge in the calf, should I stop?", "Never worked out, 38, where to start?", "Sharp pain under …"
_OPENS_WITH = re.compile(
    rf"""{OPENING}(?:
      (?:feeling|having|getting|experiencing|struggling|suffering|dealing|losing|never|recently|lately)\s+[^,.!?]*[,.]\s*[^,.!?]*
      \b(?:what|which|how|when|where|should|can|could|is|am|do|does|any|ok|okay|safe)\b
    | (?!(?:is|are|can|could|does|do|should|what|which|how|why|when|where|will|would|best|stretch)\b)(?:\w+\s+){{0,3}}
      (?:pain|ache|twinge|tightness|numbness|tingling|swelling|clicking)\s+
      (?:in|under|behind|on|at|when|around|after|going|while)\b
    ) | \b(?:the|bathroom)\s+scales?\b""",
    VERBOSE,
)
_LASTS = re.compile(
    r"\b(?:pain|ache|injury|soreness|swelling|sprain|strain|numbness|cramps?|fever|cold|flu)\s+(?:for|since)\s+"
    r"(?:\d+|an?|two|three|four|five|six|several|some|many|last|my|the)\b"
)
_TOLD = (_OTHERS, _ME, _FRAGMENT, _CARD, _RECORDS, _PART_HURTS, _LASTS, _OPENS_WITH)
_NAMED = re.compile(
    r"\b(?:[Mm]y name(?: is|'s)|[Ii](?:'m| am)|call me|called|named|[Tt]his is)\s+[A-Z][a-z]+\b"
    r"|\b(?:Mr|Mrs|Ms|Dr|Prof)\.?\s+[A-Z]\w+"
)


@lru_cache(maxsize=1024)
def about_a_person(question: str) -> bool:
    """Say whether the words of a question make it one person's: the asker's, or somebody's whom the asker describes.

    >>> about_a_person("How do I fix my squat?"), about_a_person("My squat max is 120 kg, what now?")
    (False, True)
    >>> about_a_person("Which exercises are safe in pregnancy?"), about_a_person("Can I squat while pregnant?")
    (False, True)
    """
    text = _TO_ME.sub("explain", respelled(question))
    if _NAMED.search(question) or any(rule.search(text) for rule in _TOLD) or _stands_here(text):
        return True
    return tells_of_itself(text) or owns_what_is_private(text) or _asks_for_itself(text) or sets_a_scene(text)


def _stands_here(text: str) -> bool:
    here = _HERE.search(text)
    return here is not None and not _LIKE_MANY.search(here["who"])


def _asks_for_itself(text: str) -> bool:
    """Say whether a question that speaks of "I" or "my" names a condition, an age, a weight or a day."""
    if not _FIRST_PERSON.search(text):
        return False
    if _ASIDE.search(text) and not _LIKE_MANY.search(text):
        return True
    if _AGED.search(text) or dated(text) or loses_or_gains(text):
        return True
    return not prevents(text) and (names_condition(text) or (names_symptom(text) and names_body_part(text)))
