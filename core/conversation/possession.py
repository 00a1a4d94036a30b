"""What "my" owns in a question: something that everybody has (a squat, a back), or one person's own."""

from __future__ import annotations

import re

from core.conversation.health import names_condition, names_symptom, prevents
from core.conversation.wording import NEAR, OPENING, VERBOSE
from core.semantic_cache import vocabulary
from core.text import Names, plain

_MY = re.compile(r"\bmy\b")
_BODY = Names(
    dict.fromkeys(
        [
            *vocabulary.concepts(vocabulary.BODY_PARTS),
            *"body head chin face eye nose mouth palm finger thumb blade spine rib tummy waist".split(),
            *"muscle joint tendon lung skin kidney metabolism".split(),
        ],
        "body",
    )
)
_SIDES = re.compile(
    r"\s+(?:(?:upper|lower|front|back|inner|outer|left|right|whole|entire|other|own|two|both)\s+)*[\w-]+"
)
_TECHNIQUE = re.compile(
    r"""
    \s+ (?:(?:running|lifting|overall|general|basic|core|grip|bench|squat|back|front|arm|leg|upper|lower|body|push-?up
      |pull-?up|swimming|cycling|rowing|jump(?:ing)?|vertical|one|rep|max(?:imum)?)\s+)*
    (?: form | technique | grip | posture | position | stance | endurance | strength | speed | pace | flexibility
      | mobility | balance | stamina | motivation | recovery | breathing | breath | cadence | stride | coordination
      | power | conditioning | squats? | deadlifts? | push[\s-]?ups? | pull[\s-]?ups? | chin[\s-]?ups? | planks?
      | lunges? | press(?:es)? | rows? | dips? | swings? | burpees? | curls? | crunch(?:es)? | sit[\s-]?ups?
      | sprints? | serve | swim | stroke | kick | jumps? | handstand )\b
    """,
    VERBOSE,
)
_STATES = re.compile(
    rf"{OPENING}my\s+(?:\w+\s+){{0,2}}\w+\s+(?:won't|can't|isn't|aren't|is|are|has|have|hasn't|haven't|don't|doesn't|keeps?|gets?|goes|feels?|looks?"
    rf"|seems?)\b|{OPENING}(?:\w+\s+)?my\s+(?:\w+\s+)?\w+'s\b|\bmy[\s\w-]{{2,20}}\s(?:is|was)\s\d"
)
_PRIVATE = re.compile(
    r"""
    \s+ (?:last|next|previous|recent|current|usual)\b
    | \s+ (?:\w+\s+)? (?: plans? | program(?:me)?s? | accounts? | logs? | histor(?:y|ies)
      | (?<!starting\s)(?<!working\s)weight | bmi | periods? | cycles? | medic\w+ | meds | tablets? | pills?
      | dos(?:e|age)s? | insulin | blood | cholesterol | thyroid | doctors? | gps? | physio\w* | therapists? | surge\w+
      | operations? | injur\w+ | conditions? | symptoms? | diagnos\w+ | ages? | wi(?:fe|ves) | husbands? | partners?
      | girlfriends? | boyfriends? | sons? | daughters? | kids? | child(?:ren)? | bab(?:y|ies) | toddlers? | mothers?
      | mums? | moms? | fathers? | dads? | parents? | brothers? | sisters? | friends? | aunts? | uncles? | cousins?
      | nieces? | nephews? | grand\w+ | clients? | trainees? | athletes? | patients? | students? | members?
      | colleagues? | subscription | membership | payments? | data | measurements? | results? | scans? | tests?
      | records? | levels? | pregnanc\w+ | disabilit\w+ | prosthe\w+ | scars? | names? | address | e-?mail | phone
      | number | watch | tracker | deadline | wedding | job | schedule | casts? | crutches | brace | implants?
      | wounds? | stitches )\b
    """,
    VERBOSE,
)
# "Is my pulse …", "schedule my …", "which of my …", "my bad ankle": the answer looks at one person.
_LOOKED_AT = re.compile(
    rf"""
    \b(?:is|are|was|were|isn't|aren't|of|what's|what\s+(?:is|are|should|was)|how(?:'s|\s+(?:is|are|was)))\s+my$
    | {OPENING}(?:(?:please|pls|can\s+you|could\s+you|would\s+you|will\s+you|i\s+want\s+you\s+to)\s+)*
      (?:schedule|reschedule|change|move|adjust|adapt|update|review|check|log|cancel|book|plan|add|set|track|delete|remove
      |analy[sz]e|look\s+at|rate|compare|send|remind|swap|shorten|extend|calculate|estimate|use|consider|remember)
      \s+(?:\w+\s+){{0,3}}my$
    """,
    VERBOSE,
)
_FAILING = re.compile(
    r"\s+(?:\w+\s+){1,2}(?:disease|disorder|conditions?|problems?|issues?|trouble|surgery|replacement|operation)\b"
)
_COMPARES = re.compile(r"\bcompar(?:e|es|ed)\b.*\b(?:to|with)\b")
_AILING = re.compile(
    r"\s+(?:bad|weak|dodgy|old|new|tight|injured|busted|sensitive|problem\w*|troublesome|poor|messed)\b"
)
_FIRST = re.compile(r"\s+(?:(?:very|own)\s+)?first\b")
_AROUND_A_WORKOUT = re.compile(
    r"\b(?:before|after|during|between|in|into|to|on|with|for|from|without|per)\s+my\s+"
    r"(?:work-?\s?outs?|runs?|rides?|trainings?|sessions?|sets?|reps?|warm-?\s?ups?|cool-?\s?downs?|cardio|lifts?"
    r"|lifting|running|gym|meals?|diet|rest\s+days?|exercises?|routines?|walks?|swims?|muscles?|goals?)\b"
)
_HOW_TO = re.compile(
    r"""
    \b(?:(?:can|could|should|do|may|must|would|will|shall|to)(?:n't)?\s+(?:i|we)|to)\s+(?:best\s+|safely\s+|even\s+)?
      [\w-]+\s+(?:(?:up|out|on|for|in|at|off|down|around|into|through)\s+)?(?:all\s+|both\s+|of\s+)?my$
    | \b(?:can|could|will|do|does|would|help|helps)\s+(?!you\b|u\b|i\b)
      (?:(?!with\b|after\b|given\b|for\b)[\w-]+\s+){1,3}my$
    | \b(?:if|can|could|should|do|does|must|will|would|may|might)\s+my$
    """,
    VERBOSE,
)
_DATED = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|last\s+(?:week|month|night|time|year|session|workout|autumn|fall|spring|summer"
    r"|winter|\w+day)|this\s+(?:morning|week|month|year|afternoon|evening)|right\s+now|these\s+days|lately|currently"
    r"|so\s+far|this\s+time)\b"
)


def owns_what_is_private(text: str) -> bool:
    """Say whether "my" owns a plan, a record, a relative, a part of the body that hurts, in a respelled text.

    >>> owns_what_is_private("how do i keep my back straight?"), owns_what_is_private("my back hurts")
    (False, True)
    """
    return any(
        _private(text[max(0, found.end() - NEAR) : found.end()], text[found.end() : found.end() + NEAR], text)
        for found in _MY.finditer(text)
    )


def names_body_part(text: str) -> bool:
    """Say whether a respelled text names a part of the body."""
    return bool(_BODY.within(plain(text)))


def dated(text: str) -> bool:
    """Say whether a text speaks of a day or week of somebody's: yesterday, this week, lately."""
    return _DATED.search(text) is not None


def _private(before: str, after: str, text: str) -> bool:
    noun = _SIDES.match(after)
    if _AILING.match(after) or (_LOOKED_AT.search(before) and not _FIRST.match(after)):
        return True
    if _COMPARES.search(text) or _FAILING.match(after):
        return True
    if _TECHNIQUE.match(after) or (noun and names_body_part(noun[0])):
        return bool(_STATES.search(before + after)) or (names_symptom(text) and not prevents(text))
    if _PRIVATE.match(after) or names_condition(" ".join(after.split()[:3])):
        return True
    if _FIRST.match(after) or _AROUND_A_WORKOUT.search(before + after[:24]):
        return dated(text)
    return not _HOW_TO.search(before)
