"""A scene that is set before a question: "signed up for a race in May, how should one prepare?"

Who asks in general asks at once. A clause that tells something first, or an aside that does, makes the answer depend on
it, whether or not it says "I".
"""

from __future__ import annotations

import re

from core.conversation.health import names_condition, names_symptom
from core.conversation.possession import names_body_part
from core.conversation.wording import OPENING, VERBOSE
from core.text import is_number, tokens

_CLAUSES = re.compile(r"[,.;:!?\n]+(?!\d)|\s[-–—]+\s")
_ASKS = re.compile(
    r"""(?:and|so|or|but|also|please|pls|plz|hi|hey|hello|thanks?|cheers|coach)?\s*
    (?:what|which|who|whose|when|where|why|how|is|are|am|do|does|did|can|could|should|shall|will|would|may|must|has|have
      |any|best|good|better|explain|describe|tell|show|give|list|name|compare|difference|help)\b(?:'s)?""",
    VERBOSE,
)
# "If it rains, can I …" and "after a run, is it …" suppose; they do not tell.
_SUPPOSES = re.compile(
    r"(?:if|when|whenever|after|before|during|while|for|in|on|at|as|to|without|with|not|like|such|e\.?g|i\.?e|or|and|vs"
    r"|versus|say|assuming|than|because|especially|including|instead|rather)\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"""^(?:trying|thinking|planning|recovering|feeling|struggling|working|living|going|coming|getting|having|starting
      |returning|taking|wearing|waking|losing|gaining|signed|booked|joined|injured|pulled|tired|knackered|exhausted|lactose|gluten|allergic|coeliac|celiac|vegan|vegetarian|veggie|travelling|traveling
      |want|wanna|need|got|have|had|been|only|still|never|went|lost|gained|off|back\s+(?:at|from|to|in))\b
    | \b(?:mon|tues?|wed|thu(?:rs)?|fri|sat|sun)(?:day|sday|nesday|urday)?s?\b
    | \b(?:since|ago|every\s+time|last\s+(?:week|month|year|night|spring|summer|winter))\b""",
    VERBOSE,
)
_COURTESY = re.compile(
    r"^(?:hi|hey|hello|thanks?|thank you|cheers|sorry|ok(?:ay)?|please|quick (?:one|question)|dumb|stupid)\b"
)
# What is known of the asker by the app, or has to be: their plan, their account.
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_OF_THE_APP = re.compile(
    r"\bwhat(?:'s| is| comes)\s+(?:next|left|up next|on the (?:list|plan|menu))\b"
    r"|(?:^|\b(?:can|could|will) you |\bplease )"
    r"(?:change|reset|update|delete|log|move|swap|add|save|remove|reschedule)\b"
    r"[^.?!]*\b(?:account|password|e-?mail|subscription|profile|plan|session|workout|calendar|reminder|name|list)\b"
    r"|\b(?:this|next|last)\s+(?:week|block|cycle|session)(?:'s)?\s+(?:plan|session|workout|numbers|volume|target)\b"
)
_TO_THE_APP = re.compile(
    rf"""{OPENING}(?:record|update|swap|replace|bump|adjust|reschedule|sync|track|undo|remind)\b
    | {OPENING}log\s+(?:\d|my|the|today|\w+\s+\d)
    | \b(?:leader\s?board|streak|recovery\s+score|calendar|sync(?:ing|ed)?|garmin|strava|fitbit
      |deload\s+due|left\s+to\s+do|due\s+(?:today|next)|the\s+(?:plan|goal|target|programme\s+you)|my\s+(?:goals?|trial)
      |totals\s+please)\b
    | {OPENING}(?:pb|pr|next)\b | \b(?:next|last)\s+(?:session|workout|set|one|time)\b
    | \b(?:tomorrow|tonight|yesterday|this\s+(?:morning|afternoon|evening|weekend))\b
    | \bback\s+in\s+(?:{_MONTHS}|\d{{4}})\b | \bprogress\s+(?:pics?|photos?|pictures?)\b
    | {OPENING}compare\s+(?:{_MONTHS})\b | \bthis\s+month\b | \b(?:too|so)\s+\w+\s+today\b
    | \b(?:this|these|those)\s+(?!is\b|are\b|was\b|mean|kind|type|sort|exercise\s+called|week|month|year|saturday)\w+
    | \bthat\s+(?:run|ride|swim|session|workout|set|lift|race|meal|class)\b""",
    VERBOSE,
)
_OWN_MEANS = re.compile(
    r"\bi(?:'ve)?\s+(?:only\s+|just\s+|still\s+)*(?:have(?!\s+to\b)|own|got|can't|cannot|can\s+(?:only|train|get|do|spare))\b"
    r"|\bi\s+(?:only|still|already|usually|currently|normally)\b|\b(?:two|three|\d+)\s+(?:kids|children|jobs)\b"
)
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})|(?:{_MONTHS})\s+\d{{1,2}}|\d{{1,2}}(?:st|nd|rd|th))\b"
)
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|my|me|we)\b")
_FROM_TO = re.compile(
    r"\bfrom\s+\d+(?:[.,]\d+)?\s*(?:kg|kgs|lbs?|st|cm|in|%|min|mins)?\s*(?:down\s+)?to\s+(?:under\s+)?\d+"
)


def sets_a_scene(text: str) -> bool:
    """Say whether something is told besides what is asked, in a text that :func:`~.wording.respelled` returned.

    >>> sets_a_scene("postpartum 9 weeks, ok to jog?"), sets_a_scene("after a run, is it ok to stretch?")
    (True, False)
    """
    if any(rule.search(text) for rule in (_OF_THE_APP, _TO_THE_APP, _OWN_MEANS, _FROM_TO)):
        return True
    if _DATE.search(text) and _FIRST_PERSON.search(text):
        return True
    clauses = [clause.strip() for clause in _CLAUSES.split(text) if clause.strip()]
    return len(clauses) > 1 and any(_is_scene(clause) for clause in clauses)


def _is_scene(clause: str) -> bool:
    if _ASKS.match(clause) or _SUPPOSES.match(clause) or _COURTESY.match(clause):
        return False
    if _TELLS.search(clause) or any(is_number(word) for word in tokens(clause)):
        return True
    return len(clause.split()) > 1 and (names_condition(clause) or (names_symptom(clause) and names_body_part(clause)))
