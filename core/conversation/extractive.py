"""Answers from the library's own words, at once; a small model may add one checked sentence.

A model of this size is fluent and invents doses and exercises, so that it never speaks unchecked: what it phrases is
shown only where :func:`core.knowledge.grounding.check_sentence` finds it in the quoted passages.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from core.conversation.answering import NOTHING_ELSE, Answer, Request
from core.conversation.model import Quote
from core.errors import ServiceError
from core.knowledge.grounding import check_sentence, sentences
from core.knowledge.model import Passage
from core.knowledge.retrieval import Found
from core.ports import ChatModel
from core.prompts.model import summary_messages
from core.semantic_cache.model import answer_key
from core.semantic_cache.vocabulary import PEOPLE, concepts
from core.text import Names, content_words, plain

log = logging.getLogger(__name__)
NEAR_BEST = 0.08
"""A second passage joins the first where its similarity is within this of the best."""
SUMMARY_TOKENS = 60
SHORTEST_SUMMARISED = 350
"""Characters below which a passage needs no summary."""
KEY_SENTENCES = 3
_PEOPLE = Names(concepts(PEOPLE))
_LISTED = re.compile(r"^(?:\d+\.|-) ", re.MULTILINE)
ExerciseNames = Callable[[], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A model that may phrase, and for how long (seconds)."""

    model: ChatModel
    seconds: float


class Extractive:
    """Quotes the best passages.

    Parameters
    ----------
    exercise_names : callable
        Returns what exercises are called, so that a summary cannot name another one.
    phrasing : Phrasing or None
        Who adds the summary; one question at a time, the others go without.
    """

    name = "library"

    def __init__(self, exercise_names: ExerciseNames, phrasing: Phrasing | None = None) -> None:
        self._exercise_names = exercise_names
        self._phrasing = phrasing
        self._turn = threading.Lock()

    def stream(self, request: Request) -> Generator[str | Answer, None, None]:
        """Yield the quoted passages, then the summary if there is one, then the answer."""
        chosen = _choose(request)
        if not chosen:
            yield NOTHING_ELSE
            yield Answer(NOTHING_ELSE, answer_key(NOTHING_ELSE), self.name, complete=False)
            return
        body = compose(chosen)
        yield body
        text, used = body, (0, 0)
        if self._phrasing and _deserves_summary(chosen[0]) and self._turn.acquire(blocking=False):
            try:
                summary, used = self._summary(self._phrasing, request.question, chosen)
            finally:
                self._turn.release()
            if summary:
                yield f"\n\n**In short:** {summary}"
                text = f"{body}\n\n**In short:** {summary}"
        quotes = tuple(map(Quote.of, chosen))
        yield Answer(
            text, answer_key(body), self.name, quotes, vouched=True, input_tokens=used[0], output_tokens=used[1]
        )

    def _summary(self, phrasing: Phrasing, question: str, chosen: Sequence[Passage]) -> tuple[str, tuple[int, int]]:
        """Return the checked sentence or "", and the tokens that went in and came out."""
        until, said, used = time.monotonic() + phrasing.seconds, "", (0, 0)
        try:
            given = key_sentences(question, chosen[0].text)
            pieces = phrasing.model.stream(summary_messages(question, given), max_tokens=SUMMARY_TOKENS)
            with closing(pieces):
                for piece in pieces:
                    if not isinstance(piece, str):
                        used = (piece.input_tokens, piece.output_tokens)
                        break
                    said += piece
                    if time.monotonic() > until:
                        log.info("summary_late")
                        return "", used
        except ServiceError as error:
            log.warning("summary_failed", extra={"reason": str(error)})
            return "", used
        return self._checked(said, chosen), used

    def _checked(self, said: str, chosen: Sequence[Passage]) -> str:
        """Return the first whole sentence that the passages bear out, or ""."""
        texts, reasons = [passage.text for passage in chosen], []
        for sentence in sentences(said):
            verdict = check_sentence(sentence, texts, self._exercise_names())
            if verdict.grounded and sentence.endswith((".", "!")):
                return sentence
            reasons.append(verdict.reason or "it is cut")
        log.info("summary_refused", extra={"reasons": reasons})
        return ""


def compose(passages: Sequence[Passage]) -> str:
    """Return passages as an answer: each under its heading, with the number of its source."""
    return "\n\n".join(
        f"**{passage.heading.rstrip('?')}** [{number}]\n\n{passage.text}" for number, passage in enumerate(passages, 1)
    )


def key_sentences(question: str, text: str) -> str:
    """Return the three sentences of a text that share most words with a question, in their order.

    A small model reads slowly: what it is not given it cannot be slow on, nor mix up.
    """
    wanted, parts = content_words(question), sentences(text)
    best = sorted(range(len(parts)), key=lambda place: -len(wanted & content_words(parts[place])))[:KEY_SENTENCES]
    return " ".join(parts[place] for place in sorted(best))


def _choose(request: Request) -> list[Passage]:
    """Return the passages of the best answer that the user may see; one that should be avoided only as the last."""
    allowed = [choice for choice in _choices(request) if answer_key(compose(choice)) not in request.hidden.keys]
    return next(
        (choice for choice in allowed if answer_key(compose(choice)) not in request.avoid),
        allowed[0] if allowed else [],
    )


def _choices(request: Request) -> Iterator[list[Passage]]:
    found = _general_first(request)
    if len(found) > 1 and _near_best(found[0], found[1]) and not _for_others(request.question, found[1].passage):
        yield [found[0].passage, found[1].passage]
    for one in found:
        yield [one.passage]


def _general_first(request: Request) -> list[Found]:
    """Return what was found; of the passages that are as near as the best, those for other people last."""
    if not request.found:
        return []
    near = [one for one in request.found if one is request.found[0] or _near_best(request.found[0], one)]
    near.sort(key=lambda one: _for_others(request.question, one.passage))
    return [*near, *(one for one in request.found if one not in near)]


def _for_others(question: str, passage: Passage) -> bool:
    """Say whether a passage is about a group of people that the question does not name, such as older adults."""
    return bool(_PEOPLE.within(plain(f"{passage.title} {passage.heading}")) - _PEOPLE.within(plain(question)))


def _near_best(best: Found, second: Found) -> bool:
    if best.similarity is None or second.similarity is None:
        return False
    return second.similarity >= best.similarity - NEAR_BEST


def _deserves_summary(passage: Passage) -> bool:
    # Steps and lists are short already, and joining them is how a small model goes wrong.
    return len(passage.text) >= SHORTEST_SUMMARISED and not _LISTED.search(passage.text)
