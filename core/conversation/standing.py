"""Rules that say whether a question in the middle of a conversation clearly stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from core.conversation.question import depends_on_before
from core.semantic_cache import vocabulary
from core.text import Names, content_words, plain, stem, tokens

_SHORTEST = 4
"""Words of the shortest question that can be complete."""
_COMPLETE = re.compile(
    r"^\W*(?:(?:hi|hey|hello|ok|okay|thanks|thank you|great|please|coach|so)\b[\s,.!]*)*(?:what|which|who|when|where"
    r"|why|how|is|are|am|do|does|can|could|should|shall|will|would|may|must|has|have|did|explain|describe|show|list|name)\b",
    re.IGNORECASE,
)
# "Are lunges easier?" leans on what they are compared with; "the workout" on one spoken of.
_LEANS = re.compile(
    r"\b(?:instead|else|others?|another|also|too|either|neither|both|then|there|here|now|next|yet|still|afterwards"
    r"|otherwise|similar|different|second|last|remaining|rest of|such"
    r"|(?:the|your|my)\s+(?:workout|plan|program(?:me)?|session|routine|exercises?|first|answer|moves?|two|three|difference))\b"
    r"|\b(?:better|worse|easier|harder|safer|faster|slower|more|less|fewer|longer|shorter|heavier|lighter)\b"
    r"(?!.*\b(?:than|or)\b)",
    re.IGNORECASE,
)
# What a message can hold besides names without setting a scene for the next one.
_ASKING = frozenset(
    stem(
        """
        do does did doing done perform performed performing exercise exercises movement work works working worked train
        trains trained training muscle muscles target targets use uses used using make makes proper properly correct
        correctly right good well best form technique way explain describe show tell name step steps start learn need
        want help know please thanks thank great cool ok okay hi hello hey yes nice perfect got understood coach
        question hard easy often long safe improve mean means work not let get
        """.split()
    )
)


class Standing:
    """Says whether a question needs nothing of what was said before.

    It does where it is a complete question that names its own subject and refers to nothing, and where nothing that the
    user said before can matter: earlier messages hold only names of exercises, words of asking, courtesy, and what the
    question says itself. "I only have 20 minutes", "for a marathon" or "I'm pregnant" change what every later question
    means, so that after them none stands alone.

    Parameters
    ----------
    exercises : iterable of sequences of str
        For each exercise of the library its names.
    """

    def __init__(self, exercises: Iterable[Sequence[str]] = ()) -> None:
        self._exercises = Names({name: names[0] for names in exercises for name in names})
        self._subjects = Names(vocabulary.concepts(vocabulary.SUBJECTS))

    def alone(self, question: str, said: Sequence[str]) -> bool:
        """Say whether `question` stands alone after what the user `said`, oldest first; the first question does.

        >>> standing = Standing([["squat"], ["push-up"]])
        >>> standing.alone("How do I do a push-up?", ["How do I squat?"])
        True
        >>> standing.alone("How do I do a push-up?", ["My knee hurts", "How do I squat?"])
        False
        """
        if not said:
            return True
        if len(tokens(question)) < _SHORTEST or not _COMPLETE.search(question):
            return False
        if depends_on_before(question) or _LEANS.search(question):
            return False
        exercises, _ = self._exercises.apart(plain(question))
        if not exercises and not self._subjects.within(plain(question)):
            return False
        return all(self._sets_no_scene(earlier, question, named=bool(exercises)) for earlier in said)

    def _sets_no_scene(self, earlier: str, question: str, *, named: bool) -> bool:
        text = plain(earlier)
        _, rest = self._exercises.apart(text) if named else (set(), text)
        known = content_words(question) | set(plain(question).split()) | _ASKING
        # Numbers are no content words; said before, they matter too.
        said = content_words(rest) | {word for word in rest.split() if any(sign.isdigit() for sign in word)}
        return said <= known
