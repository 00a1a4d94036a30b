"""Answers by a trusted model from the passages; the library's own words where the model cannot be reached."""

from __future__ import annotations

import logging
import re
from collections.abc import Generator
from contextlib import closing

from core.conversation.answering import Answer, Answerer, Request
from core.conversation.model import Quote
from core.errors import ServiceError
from core.ports import ChatModel, Completion
from core.prompts.model import CoachPrompt
from core.semantic_cache.model import answer_key

log = logging.getLogger(__name__)
DOWN = "The language model does not answer just now; this is quoted from the library instead."
SILENT = "The language model declined to answer; this is quoted from the library instead."
AGAIN = "The language model gave the answer that you had marked down; this is quoted from the library instead."
CUT = "The language model stopped in the middle; regenerate for a whole answer."
LONG = "The answer reached its longest length and was cut."
UNCITED = "The language model named no source; it was given the passages below."
_CITATION = re.compile(r"\[(\d{1,2})\]")


class Generative:
    """Answers by `model`.

    Parameters
    ----------
    fallback : Answerer
        Answers when the model does not.
    max_tokens : int
        Longest answer, in tokens.
    """

    def __init__(self, model: ChatModel, prompt: CoachPrompt, fallback: Answerer, *, max_tokens: int) -> None:
        self._model = model
        self._prompt = prompt
        self._fallback = fallback
        self._max_tokens = max_tokens

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def stream(self, request: Request) -> Generator[str | Answer, None, None]:
        """Yield the model's pieces, held back while they could still become an answer that the user must not see."""
        said, shown, completion, remark = "", 0, None, SILENT
        messages = self._prompt.messages(request.question, [one.passage for one in request.found], request.before)
        pieces = self._model.stream(messages, max_tokens=self._max_tokens)
        try:
            with closing(pieces):
                for piece in pieces:
                    if isinstance(piece, Completion):
                        completion = piece
                        break
                    said += piece
                    if said.strip() and request.hidden.may_show(said):
                        yield said[shown:]
                        shown = len(said)
        except ServiceError as error:
            log.warning("model_failed", extra={"service": error.service, "reason": str(error)})
            remark = CUT if shown else DOWN
        if said.strip() and answer_key(said) in request.hidden.keys:
            remark, shown = AGAIN, 0
        elif completion and said.strip() and (completion.finish != "filtered" or shown):
            yield from [said[shown:]] if said[shown:] else []
            yield self._answer(request, said, completion)
            return
        if shown:
            yield Answer(said, answer_key(said), self.name, _quotes(request), complete=False, cut=True, remark=remark)
            return
        yield from self._instead(request, remark, completion)

    def _answer(self, request: Request, said: str, completion: Completion) -> Answer:
        cited = any(1 <= int(number) <= len(request.found) for number in _CITATION.findall(said))
        remark = "" if cited else UNCITED
        if completion.finish != "stop":
            remark = LONG if completion.finish == "length" else SILENT
        return Answer(
            said,
            answer_key(said),
            self.name,
            _quotes(request),
            complete=not remark,
            remark=remark,
            input_tokens=completion.input_tokens,
            output_tokens=completion.output_tokens,
        )

    def _instead(self, request: Request, remark: str, spent: Completion | None) -> Generator[str | Answer, None, None]:
        for piece in self._fallback.stream(request):
            if isinstance(piece, str):
                yield piece
                continue
            yield Answer(
                piece.text,
                piece.key,
                piece.model,
                piece.quotes,
                complete=False,  # what is marked as second best is not kept for others
                remark=remark,
                input_tokens=spent.input_tokens if spent else 0,
                output_tokens=spent.output_tokens if spent else 0,
            )


def _quotes(request: Request) -> tuple[Quote, ...]:
    return tuple(Quote.of(one.passage) for one in request.found)
