"""A snapshot of the library in memory, indexed by words and by the names of its exercises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.knowledge.lexical import LexicalIndex
from core.knowledge.model import Document, Passage, digest
from core.text import Names, content_words, plain

OTHER_SECTION = 0.8
"""What other sections than the first gain when their exercise is named, as a share of what the first one does."""


@dataclass(frozen=True, slots=True)
class Library:
    """A snapshot in memory."""

    version: str
    documents: tuple[Document, ...]
    passages: dict[str, Passage]
    order: tuple[str, ...]
    names: dict[str, tuple[str, ...]]
    exercise_names: tuple[tuple[str, ...], ...]
    named: Names
    lexical: LexicalIndex
    digests: dict[str, str]

    @staticmethod
    def of(version: str, documents: Sequence[Document]) -> Library:
        """Index the documents."""
        passages = {passage.id: passage for document in documents for passage in document.passages}
        names = {document.id: document.names for document in documents}
        texts = [f"{' '.join(names[passage.document_id])} {passage.searchable}" for passage in passages.values()]
        called = tuple(filter(None, names.values()))
        named = Names({name: document.id for document in documents for name in document.names})
        digests = {document.id: digest(document) for document in documents}
        return Library(
            version, tuple(documents), passages, tuple(passages), names, called, named, LexicalIndex(texts), digests
        )

    def named_in(self, question: str, passages: Iterable[str]) -> dict[str, float]:
        """Return, of these passages, those of exercises that a question names, with the share of its words in the name.

        "How do I do a push-up?" is nearer to every kind of push-up than meaning or words can tell. Who names an
        exercise and nothing else asks how it is done, which stands first.
        """
        exercises, asked = self.named.within(plain(question)), content_words(question)
        shares = {one: len(asked & content_words(" ".join(self.names[one]))) / len(asked) for one in exercises if asked}
        parts = ((passage, *passage.rpartition("#")[::2]) for passage in passages)
        return {
            passage: shares[document] * (1.0 if number == "0" else OTHER_SECTION)
            for passage, document, number in parts
            if document in shares
        }
