"""Retrieval by words: BM25 over stemmed tokens, by the library `bm25s`."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s

from core.text import stem


class LexicalIndex:
    """BM25 (Lucene's variant; Robertson and Zaragoza, 2009) over a fixed list of texts.

    Parameters
    ----------
    texts : sequence of str
        What is searched; results are positions in it.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        self._index = bm25s.BM25(method="lucene")
        if texts:
            self._index.index([words or [""] for words in _tokens(texts)], show_progress=False)

    def search(self, question: str, limit: int) -> list[tuple[int, float]]:
        """Return up to `limit` (position, score) pairs that share a word with the question, best first."""
        if not self._size:
            return []
        positions, scores = self._index.retrieve(_tokens([question]), k=min(limit, self._size), show_progress=False)
        return [(int(p), float(s)) for p, s in zip(positions[0], scores[0], strict=True) if s > 0]


def _tokens(texts: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = bm25s.tokenize(
        list(texts), stopwords="en", stemmer=stem, return_ids=False, show_progress=False
    )
    return found
