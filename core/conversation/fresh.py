"""An answer that is made anew: passages are found, and the answerer answers from them."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import replace

from core.conversation.answering import OFF_TOPIC, Answer, Answerer, Request, Stream, relevant
from core.errors import ServiceError
from core.knowledge.retrieval import Found
from core.knowledge.service import Knowledge
from core.ports import Embedder, Vector
from core.semantic_cache.model import answer_key

log = logging.getLogger(__name__)
RETRIEVED = 5
WITHOUT_VECTORS = "The vector store does not answer just now; the library was searched by words alone."


class Fresh:
    """Answers from the library.

    Parameters
    ----------
    threshold : float
        Least cosine of a passage to a question that it may answer, in [0, 1].
    """

    def __init__(self, knowledge: Knowledge, embedder: Embedder, answerer: Answerer, threshold: float) -> None:
        self._knowledge = knowledge
        self._embedder = embedder
        self._answerer = answerer
        self._threshold = threshold

    def embedded(self, question: str) -> Vector | None:
        """Return the vector of a question, or None where the embedder does not answer."""
        try:
            vector: Vector = self._embedder.embed([question])[0]
            return vector
        except ServiceError as error:
            log.warning("retrieval_without_embedding", extra={"reason": str(error)})
            return None

    def found(self, question: str, vector: Vector | None) -> tuple[tuple[Found, ...], bool]:
        """Return the passages that are about a question, best first, and whether meaning was searched too.

        Without a vector, words alone are searched.
        """
        retrieved = self._knowledge.retrieve(question, vector, RETRIEVED)
        return relevant(question, retrieved.found, self._threshold), retrieved.dense

    def answered(self, request: Request, dense: bool) -> Stream:
        """Yield the pieces of the answer to a request, then the answer.

        What was searched by words alone is not complete.
        """
        if not request.found:
            yield OFF_TOPIC
            yield Answer(OFF_TOPIC, answer_key(OFF_TOPIC), "none", complete=False)
            return
        with closing(self._answerer.stream(request)) as pieces:
            for piece in pieces:
                if isinstance(piece, Answer) and not dense:
                    remark = " ".join(filter(None, [WITHOUT_VECTORS, piece.remark]))
                    piece = replace(piece, remark=remark, complete=False)
                yield piece

    def to(self, question: str) -> Answer | None:
        """Return the answer to a question by itself, or None where the library says nothing on it."""
        found, dense = self.found(question, self.embedded(question))
        with closing(self.answered(Request(question, found), dense)) as pieces:
            answer = next(piece for piece in pieces if isinstance(piece, Answer))
        return answer if answer.complete and answer.quotes else None
