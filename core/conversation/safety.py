"""Notices for what a coach must not handle alone. They are rules, so that no model can talk itself out of them."""

from __future__ import annotations

import re

from core.conversation.model import Notice

_RULES: list[tuple[str, str, str]] = [
    (
        "emergency",
        r"""
        chest\ (?:pain|tight\w*|pressure|hurts?\b) | (?:pain|pressure|tight\w*)\ (?:in|on|across)\ (?:my\ |the\ )?chest
        | chest\ (?:is|was|feels?|felt|gets?|got)\ (?:\w+\ )?(?:tight|heavy|painful|crushed)
        | faint(?:ed|ing)?\b | passed\ out | unconscious | collaps\w+ | can(?:not|['’]?t)\ breathe | seizure
        | (?:had|having|have|signs?\ of|symptoms\ of)\ a\ stroke | heart\ attack | suicid\w* | kill\ myself
        | end\ my\ life | self[-\ ]harm\w* | worst\ headache | cough\w*\ (?:up\ )?blood | overdos\w+ | anaphyla\w+
        | numb\w*.{0,40}(?:groin|both\ legs)
        """,
        "This can be an emergency. Stop exercising and call your local emergency number now (112 in Europe, 911 in "
        "North America, 999 in the UK). If you think of harming yourself, call them too, or somebody you trust. "
        "This coach cannot help in an emergency.",
    ),
    (
        "heart",
        r"""
        heart\ (?:disease|failure|condition|problem\w*|trouble\w*|murmur|surgery|rhythm|defect) | cardiac | angina
        | arrhythmia | atrial\ fibrillation | pacemaker | palpitation\w* | stent\b | blood\ pressure | hypertension
        | blood\ thinner\w* | bypass\ surgery
        """,
        "With a heart or blood pressure problem, ask your doctor what exercise is right for you before you follow any "
        "advice here. Stop at once for chest pain, breathlessness, dizziness or a racing heart, and call for "
        "emergency help.",
    ),
    (
        "pregnancy",
        r"""
        pregnan\w* | trimester | miscarr\w+ | post-?partum | post-?natal | pre-?natal | ante-?natal | gave\ birth
        | giving\ birth | after\ (?:the\ )?birth | c[-\ ]section | caesarean | breast-?feed\w* | diastasis
        """,
        "In pregnancy and after birth, ask your doctor or midwife before you start or change exercise. Stop and call "
        "them for bleeding, fluid loss, regular contractions, dizziness, chest pain or calf pain.",
    ),
    (
        "eating",
        r"""
        anorexi\w* | bulimi\w* | eating\ disorder\w* | disordered\ eating | binge\w* | purg(?:e|es|ed|ing)\b
        | make\ myself\ (?:sick|vomit) | throw\w*\ up\ (?:after|food) | laxative\w* | starv\w+ | stop(?:ped)?\ eating
        | not\ eating | afraid\ of\ eating | thinspo | pro[-\ ]ana | relative\ energy\ deficiency
        | low\ energy\ availability | lost\ (?:my|her|their)\ period\w* | missed\ period\w*
        """,
        "Eating can become an illness, and there is good help for it. Please talk to your doctor or an "
        "eating-disorder service before you change what you eat or train more. You do not have to be sure that it is "
        "serious enough.",
    ),
    (
        "injury",
        r"""
        injur\w* | pain\w*\b | hurts?\b | hurting\b | ach(?:e|es|ing)\b | sprain\w* | strain(?:ed)?\b | tor[en]\b
        | tear\b | fractur\w* | broken | dislocat\w* | swollen | swelling | herniat\w* | slipped\ dis[ck] | sciatica
        | tendin(?:itis|opath\w*) | tendonitis | concussion | numbness | tingling | shin\ splints | arthritis | surgery
        | limp(?:ing)?\b
        """,
        "With pain or an injury, see a doctor or physiotherapist, soon if it is severe, follows a fall, swells, gives "
        "way, goes numb, or does not improve within a week or two. Do not train through sharp pain.",
    ),
]
_COMPILED = [
    (kind, re.compile(rf"\b(?:{pattern})", re.IGNORECASE | re.VERBOSE), text) for kind, pattern, text in _RULES
]


def notices(question: str) -> tuple[Notice, ...]:
    """Return what must stand above the answer, the most urgent first; mostly nothing.

    >>> [notice.kind for notice in notices("I get chest pain when I run")]
    ['emergency', 'injury']
    """
    return tuple(Notice(kind, text) for kind, pattern, text in _COMPILED if pattern.search(question))
