"""What a lookup costs at a given number of entries: milliseconds of CPU and by the clock, tier by tier.

A real SQLite database in an empty folder is filled; each lookup is the cache's own. "Without the embedding" means that
the embedder hands out vectors that it computed before the timing began; "without the models", that the verifier hands
out probabilities so too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Literal

import psutil

from benchmarks.cache.filling import Pattern, fill
from benchmarks.cache.parts import Remembering, RememberingVerifier
from benchmarks.report import percentile
from benchmarks.retrieval import QUESTIONS, read_questions
from core.access.model import Actor, Role
from core.adapters.clock import SystemClock
from core.adapters.onnx_embedder import OnnxEmbedder
from core.adapters.onnx_verifier import OnnxVerifier
from core.adapters.stored_vectors import StoredVectors
from core.bootstrap import cache_policy
from core.database import Database
from core.knowledge.loading import load_folders
from core.ports import Embedder, Verifier
from core.semantic_cache.model import Hit, Scope, answer_key
from core.semantic_cache.service import SemanticCache
from core.semantic_cache.veto import Veto
from core.settings import ROOT, Settings

SCOPE = Scope("default", "release", "en")
ACTOR = Actor("measured", "default", "measured", Role.TRAINER)
LOOKUPS = 300
EXAMPLE = "A" + " sentence of an answer about training, as long as they are," * 9 + "."
Lookup = Callable[[str], object]


class Subject:
    """The cache that is measured: all that this benchmark asks of it, in one place."""

    def __init__(
        self, database: Database, embedder: Embedder, store: StoredVectors, veto: Veto, verifier: Verifier
    ) -> None:
        self._embedder = embedder
        self._cache = SemanticCache(
            database, embedder, store, SystemClock(), lambda: veto,
            policy=cache_policy(Settings(_env_file=None)), verifier=verifier,
        )  # fmt: skip

    def lookup(self, question: str) -> object:
        """Look a question up."""
        return self._cache.lookup(SCOPE, question, ACTOR)

    def admit(self, question: str) -> str:
        """Admit a question as a turn would, so that it is served to others; return the entry's id."""
        vector = self._embedder.embed([question])[0]
        entry = self._cache.admit(
            SCOPE, question, vector, EXAMPLE, [{"title": "Example"}], key=answer_key(EXAMPLE), by=ACTOR, vouched=True
        )
        assert entry is not None
        return entry


def latency(entries: int, engine: Literal["exact", "faiss"] = "faiss") -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows of the table, and what filling and starting took, for a cache of `entries` entries."""
    names = _exercises()
    known = [f"How do I do the {name}?" for name in names]
    asked = [f"How should I do the {name}?" for name in names]
    others = [question for question, _ in read_questions(QUESTIONS)]
    real, judge = OnnxEmbedder(), OnnxVerifier()
    remembering, told = Remembering(real), RememberingVerifier(judge)
    with TemporaryDirectory() as folder, closing(Database(f"sqlite:///{Path(folder) / 'cache.db'}")) as database:
        database.migrate()
        veto = Veto([(name,) for name in names])
        store = StoredVectors(database, engine)
        subject = Subject(database, remembering, store, veto, told)
        facts = _fill(database, subject, known, others, remembering, entries)
        store = StoredVectors(database, engine)  # as after a start: nothing is in memory
        subject = Subject(database, remembering, store, veto, told)
        facts |= _start(subject, store, asked[0])
        rows = [
            measure("exact", subject.lookup, known),
            measure("semantic, a paraphrase, without the models", subject.lookup, asked),
            measure("semantic, another question, without the models", subject.lookup, others),
            measure("the same, each after a write", subject.lookup, others, before=_writer(subject, known)),
            measure(
                "semantic, a paraphrase, without the embedding",
                Subject(database, remembering, store, veto, judge).lookup,
                asked,
            ),
            measure(
                "semantic, a paraphrase, with the embedding", Subject(database, real, store, veto, judge).lookup, asked
            ),
        ]
        store.close()
        facts["memory, MB"] = psutil.Process().memory_info().rss / 1e6
        facts["database, MB"] = (Path(folder) / "cache.db").stat().st_size / 1e6
    return rows, facts


def measure(
    what: str, lookup: Lookup, questions: Sequence[str], before: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Look `LOOKUPS` questions up, after each of them once untimed; return milliseconds and the share of hits.

    Parameters
    ----------
    before : callable
        Runs before each lookup and is not timed.
    """
    for question in questions:
        lookup(question)
    cpu, wall, hits = [], [], 0
    for number in range(LOOKUPS):
        before()
        wall_from, cpu_from = perf_counter(), process_time()
        found = lookup(questions[number % len(questions)])
        cpu.append((process_time() - cpu_from) * 1000)
        wall.append((perf_counter() - wall_from) * 1000)
        hits += isinstance(found, Hit)
    shares = {"p50": 0.5, "p99": 0.99}
    return {
        "what": what,
        "n": LOOKUPS,
        "hits": hits / LOOKUPS,
        **{f"cpu {name} ms": percentile(cpu, share) for name, share in shares.items()},
        **{f"wall {name} ms": percentile(wall, share) for name, share in shares.items()},
    }


def _fill(
    database: Database, subject: Subject, known: Sequence[str], others: Sequence[str], embedder: Embedder, entries: int
) -> dict[str, Any]:
    texts = [*known, *others, *_sentences()][: max(entries, len(known) + 1)]
    vectors = embedder.embed(texts)
    pattern = Pattern.of(database, subject.admit("What is this example about?"))
    started = perf_counter()
    fill(database, StoredVectors(database), SCOPE, pattern, known, vectors, entries)
    return {"entries": entries, "filled in, s": perf_counter() - started}


def _start(subject: Subject, store: StoredVectors, question: str) -> dict[str, Any]:
    """Look up for the first time after a start, and wait for the partitions."""
    before = psutil.Process().memory_info().rss
    started = perf_counter()
    subject.lookup(question)
    loaded = perf_counter()
    store.settle()
    return {
        "first lookup after a start, s": loaded - started,
        "partitions built in the background, s": perf_counter() - loaded,
        "memory of the index, MB": (psutil.Process().memory_info().rss - before) / 1e6,
    }


def _writer(subject: Subject, known: Sequence[str]) -> Callable[[], None]:
    numbers = iter(range(10**9))

    def write() -> None:
        subject.admit(known[next(numbers) % len(known)])

    return write


def _exercises() -> list[str]:
    loaded = load_folders([ROOT / "data" / "knowledge"])
    return [document.title for document in loaded.documents if document.id.startswith("exercise/")]


def _sentences() -> list[str]:
    """Return the sentences of the bundled articles."""
    loaded = load_folders([ROOT / "data" / "knowledge"])
    texts = [passage.text for document in loaded.documents for passage in document.passages]
    found = dict.fromkeys(sentence for text in texts for sentence in re.split(r"(?<=[.?!])\s+", text))
    return [sentence for sentence in found if 30 < len(sentence) < 150][:1500]
