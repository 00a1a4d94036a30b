"""Words for what a body has: conditions, treatments, medicines, symptoms."""

from __future__ import annotations

import re

from core.conversation.wording import VERBOSE
from core.semantic_cache import vocabulary
from core.text import Names, plain

_MINOR = {"sore", "cramp", "stitch", "blister", "cold", "headache", "dizzy", "nausea"}
"""Everybody has these at times: alone they do not make a question one person's."""
_GROUPS = {
    "pregnant", "postpartum", "breastfeeding", "menopause", "diabetic", "overweight", "underweight", "wheelchair",
}  # fmt: skip
_HEALTH = Names(
    {name: kind for name, kind in vocabulary.concepts(vocabulary.CONDITIONS).items() if kind not in _MINOR}
    | {
        name: kind
        for name, kind in vocabulary.concepts(vocabulary.PEOPLE).items()
        if kind in _GROUPS and name != "expecting"  # its stem is that of "can I expect"
    }
)
# Endings are those of medical English: -itis, -osis and -ectomy; of medicines the stems of the WHO's INN list.
_MEDICAL = re.compile(
    r"""
    \b (?: \w{3,}(?:itis|osis|algia|penia|pno?ea|pathy|a?emia|ectomy|plasty|plegia|trophic)
      | \w{3,}(?:olol|pril|sartan|statin|glutide|gliptin|zepam|oxetine|formin|prazole|solone|nisone|thyroxine|cycline)s?
      | epilep\w+ | \w*thyroid\w* | ibs | pcos | copd | endometrio\w+ | vertigo | adhd | pacemaker | stent | chemo\w*
      | transplant | rehab\w* | syndrome | disease | disorder | autis\w+ | lupus | parkinson\w* | ms | hiv
      | palpitations? | murmur | miscarr\w+
      | expecting\s+(?:a|my|our|twins|in) | c-?\s?section | caesarean | midwife | breast\s+milk | insulin | inhaler
      | medications? | meds | blood\s+thinners? | beta[\s-]?blockers?
      | antidepressants? | anticoagulants? | warfarin | the\s+pill
      | isotretinoin | accutane | ozempic | wegovy | mounjaro ) \b
    """,
    VERBOSE,
)
_SYMPTOM = re.compile(
    r"""
    \b (?: hurt\w* | pain\w* | ach(?:e|es|ed|ing|y) | sore | sw(?:ell|elled|ells|elling|ollen) | numb\w* | tingl\w+
      | click\w* | pop(?:s|ped)? | crack\w* | burn(?:s|ed|ing) | sting\w* | stiff | twisted | rolled | torn | tore
      | pulled | sprain\w* | strain\w* | dislocat\w+ | flar\w+[\s-]up | injur\w+ | brok\w+ | fractur\w+
      | kill(?:s|ing)?
      | heal(?:s|ed|ing)? | inflam\w+ | infect\w+ | bleed\w* | bruis\w+ | replac\w+ | giv\w+\s+way | can't\s+take ) \b
    """,
    VERBOSE,
)
_PREVENTS = re.compile(r"\b(?:avoid|prevent\w*|risk\s+of|signs?\s+of|without)\b")


def names_condition(text: str) -> bool:
    """Say whether a text as :func:`~.wording.respelled` returns it names a condition or medicine."""
    return bool(_MEDICAL.search(text) or _HEALTH.within(plain(text)))


def names_symptom(text: str) -> bool:
    """Say whether something hurts, is broken or fails in a text."""
    return _SYMPTOM.search(text) is not None


def prevents(text: str) -> bool:
    """Say whether a text speaks of what shall not happen: "how do I avoid shin splints?"."""
    return _PREVENTS.search(text) is not None
