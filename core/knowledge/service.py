"""The workout library: keeps a snapshot in step with the files, and finds passages for a question."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from core.database import Database
from core.errors import KnowledgeError, ServiceError
from core.knowledge.library import Library
from core.knowledge.loading import Problem, load_folders
from core.knowledge.model import Document, Passage, snapshot_version
from core.knowledge.records import KnowledgeSnapshot, add_documents, newest_version, read_documents
from core.knowledge.retrieval import Found, Scores
from core.ports import Clock, Embedder, Vector, VectorRecord, VectorStore

log = logging.getLogger(__name__)
CANDIDATES = 100
BATCH = 64
Progress = Callable[[int, int], None]
"""Called with the number of passages done and of all."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was found, best first; `dense` is False when the vector store did not answer."""

    found: tuple[Found, ...]
    dense: bool


class Knowledge:
    """The library in force; see :meth:`sync`."""

    def __init__(
        self, database: Database, embedder: Embedder, store: VectorStore, clock: Clock, folders: Sequence[Path]
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._store = store
        self._clock = clock
        self._folders = tuple(folders)
        self._library = Library.of("", ())
        self.problems: tuple[Problem, ...] = ()

    @property
    def version(self) -> str:
        """The snapshot in force."""
        return self._library.version

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document of the snapshot in force."""
        return self._library.documents

    @property
    def exercise_names(self) -> tuple[tuple[str, ...], ...]:
        """For each exercise what people call it."""
        return self._library.exercise_names

    @property
    def digests(self) -> dict[str, str]:
        """For each document, by its id, the digest of its content."""
        return self._library.digests

    def sync(self, progress: Progress = lambda done, total: None) -> None:
        """Bring the library in step with the files: build a snapshot if they changed, else load the one there is.

        Files with a problem change nothing: the newest snapshot stays in force, and :attr:`problems` says why.

        Raises
        ------
        KnowledgeError
            The files have a problem and there is no earlier snapshot to go on with.
        """
        loaded = load_folders(self._folders)
        self.problems = tuple(loaded.problems)
        if loaded.problems:
            log.warning("knowledge_not_imported", extra={"problems": [str(p) for p in loaded.problems[:20]]})
            version, documents = self._newest()
        else:
            version, documents = snapshot_version(loaded.documents), loaded.documents
        self._keep(version, documents)
        self._library = Library.of(version, documents)
        self.index(progress)

    def _newest(self) -> tuple[str, list[Document]]:
        with self._database.read() as session:
            if version := newest_version(session):
                return version, read_documents(session, version)
        listed = "; ".join(map(str, self.problems[:5]))
        raise KnowledgeError(f"The knowledge files cannot be used. Correct them and start again: {listed}.")

    def _keep(self, version: str, documents: list[Document]) -> None:
        """Write a snapshot for this embedder, unless it is there."""
        namespace = self._namespace(version)
        with self._database.read() as session:
            if session.get(KnowledgeSnapshot, (version, namespace)):
                return
        now = self._clock.now()
        with suppress(IntegrityError), self._database.begin() as session:  # another server wrote the same meanwhile
            add_documents(session, version, documents)
            session.add(KnowledgeSnapshot(version=version, namespace=namespace, created_at=now, indexed=False))

    def index(self, progress: Progress = lambda done, total: None) -> bool:
        """Put the vectors of the snapshot in force into the store; False when it does not answer (words still do)."""
        namespace, library = self._namespace(self.version), self._library
        with self._database.read() as session:
            snapshot = session.get(KnowledgeSnapshot, (library.version, namespace))
        if snapshot is None or snapshot.indexed:
            return True
        done = 0
        try:
            for batch in _batches(library.passages.values()):
                vectors = self._embedder.embed([passage.searchable for passage in batch])
                self._store.upsert(
                    namespace,
                    [
                        VectorRecord(passage.id, vector, {"document": passage.document_id})
                        for passage, vector in zip(batch, vectors, strict=True)
                    ],
                )
                progress(done := done + len(batch), len(library.passages))
        except ServiceError as error:
            log.warning("knowledge_not_indexed", extra={"reason": str(error)})
            return False
        with self._database.begin() as session:
            if row := session.get(KnowledgeSnapshot, (library.version, namespace)):
                row.indexed = True
        return True

    def retrieve(self, question: str, vector: Vector | None, limit: int = 5) -> Retrieved:
        """Return up to `limit` passages for a question, by meaning and by words, fused.

        Parameters
        ----------
        vector : array of shape (dimension,) or None
            The question's embedding; without one, words alone decide.
        """
        library, scores = self._library, self.score(question, vector)
        similarity, fused = scores.similarity or {}, scores.fused
        best = sorted(fused, key=lambda identity: (-fused[identity], identity))[:limit]
        found = (
            Found(library.passages[identity], fused[identity], similarity.get(identity))
            for identity in best
            if identity in library.passages
        )
        return Retrieved(tuple(found), scores.similarity is not None)

    def score(self, question: str, vector: Vector | None) -> Scores:
        """Score passages by meaning, by words, and by the exercises that the question names, each on its own."""
        library = self._library
        lexical = {library.order[place]: score for place, score in library.lexical.search(question, CANDIDATES)}
        similarity = self._dense(vector)
        found = dict.fromkeys([*(similarity or {}), *lexical])
        return Scores(similarity, lexical, library.named_in(question, found))

    def _dense(self, vector: Vector | None) -> dict[str, float] | None:
        if vector is None:
            return None
        try:
            matches = self._store.query(self._namespace(self.version), vector, limit=CANDIDATES)
        except ServiceError as error:
            log.warning("retrieval_without_vectors", extra={"reason": str(error)})
            return None
        return {match.id: match.score for match in matches}

    def _namespace(self, version: str) -> str:
        return f"knowledge-{version}-{self._embedder.name}"


def _batches(passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    remaining = iter(passages)
    while batch := list(islice(remaining, BATCH)):
        yield batch
