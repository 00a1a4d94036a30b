"""The rooms of the house, built as `core.bootstrap` builds them, around parts that a test holds in its hands."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from core.access.model import Actor, Role, actor_id
from core.adapters.onnx_verifier import OnnxVerifier
from core.adapters.stored_vectors import StoredVectors
from core.conversation.answering import Answerer
from core.conversation.asking import Asking
from core.conversation.asking_rules import AskingRules
from core.conversation.extractive import Extractive
from core.conversation.flight import Flights
from core.conversation.fresh import Fresh
from core.conversation.generative import Generative
from core.conversation.model import Accepted, TurnView
from core.conversation.renewal import Renewal
from core.conversation.rewriting import ModelRewriter, Rewriter, RuleRewriter
from core.conversation.service import Conversations
from core.conversation.standing import Standing
from core.conversation.voting import Voting
from core.database import Database
from core.errors import ServiceUnavailable
from core.knowledge.service import Knowledge
from core.monitoring.service import Monitoring
from core.ports import Completion, Embedder, Message, VectorStore
from core.prompts.model import CoachPrompt
from core.releases.model import ReleaseSpec
from core.releases.service import Releases
from core.semantic_cache.judge import Judge
from core.semantic_cache.judging import Judging
from core.semantic_cache.model import CachePolicy
from core.semantic_cache.service import SemanticCache
from core.semantic_cache.veto import Veto
from core.settings import ROOT

TENANT = "default"
VERIFIER = OnnxVerifier()
"""Loaded once, at its first use."""
EXERCISES = ("push.json", "pull.json")
ARTICLES = ("protein-needs", "hydration", "creatine", "exercise-in-pregnancy")


@lru_cache(maxsize=2)
def veto_of(exercises: tuple[tuple[str, ...], ...]) -> Veto:
    """Return the rules for a library, made once."""
    return Veto(exercises)


class MovableClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def pass_by(self, **span: float) -> None:
        """Let time pass: ``pass_by(hours=3)``."""
        self.time += timedelta(**span)


class ScriptedModel:
    """A chat model behind the port that says what a test tells it to, one script a call, and then nothing.

    A script is the pieces of an answer; an error in it is raised at that place.
    """

    name = "scripted-model"

    def __init__(self, *scripts: Sequence[str | Exception], trusted: bool = True, finish: str = "stop") -> None:
        self.scripts = list(scripts)
        self.trusted = trusted
        self.finish = finish
        self.asked: list[list[Message]] = []
        self.closed_early = 0

    def stream(self, messages: Sequence[Message], *, max_tokens: int) -> Generator[str | Completion, None, None]:
        self.asked.append(list(messages))
        script = self.scripts.pop(0) if self.scripts else []
        said = ""
        try:
            for piece in script:
                if isinstance(piece, Exception):
                    raise piece
                said += piece
                yield piece
        except GeneratorExit:
            self.closed_early += 1
            raise
        yield Completion(said, self.finish, 120, 30)

    def check(self) -> None:
        """Always there."""


def down(service: str = "model") -> ServiceUnavailable:
    """Return the error of a part that does not answer."""
    return ServiceUnavailable(service, f"The {service} does not answer.")


def person(name: str = "Ana", role: Role = Role.TRAINER, tenant: str = TENANT) -> Actor:
    """Return somebody who is signed in."""
    return Actor(actor_id(tenant, name), tenant, name, role)


def bundled_part(folder: Path) -> None:
    """Copy a part of the bundled library into an empty folder."""
    bundled = ROOT / "data" / "knowledge"
    (folder / "exercises").mkdir(parents=True)
    (folder / "guidance").mkdir()
    shutil.copy(bundled / "sources.json", folder)
    for name in EXERCISES:
        shutil.copy(bundled / "exercises" / name, folder / "exercises")
    for name in ARTICLES:
        shutil.copy(bundled / "guidance" / f"{name}.md", folder / "guidance")


def sync_library(database: Database, embedder: Embedder, folder: Path) -> None:
    """Bring a library into a database."""
    Knowledge(database, embedder, StoredVectors(database), MovableClock(), [folder]).sync()


class House:
    """Every room, wired; a test may exchange a part and build the rooms anew with :meth:`build`."""

    def __init__(self, database: Database, embedder: Embedder, clock: MovableClock, folder: Path) -> None:
        self.database = database
        self.embedder = embedder
        self.clock = clock
        self.folder = folder
        self.build()

    def build(
        self,
        *,
        model: ScriptedModel | None = None,
        store: VectorStore | None = None,
        embedder: Embedder | None = None,
        days: float = 30.0,
        cache: bool = True,
        judge: Judge | None = None,
    ) -> House:
        """Wire the rooms, with a trusted model that answers or, without one, with the library's own words."""
        database, clock = self.database, self.clock
        embedder = embedder or self.embedder
        self.store = store or StoredVectors(database)
        self.knowledge = Knowledge(database, embedder, self.store, clock, [self.folder])
        self.knowledge.sync()
        self.releases = Releases(database, clock)
        self.releases.configure(TENANT, self.spec(model.name if model else "library"))
        policy = CachePolicy(enabled=cache, time_to_live=timedelta(days=days))
        self.cache = SemanticCache(
            database, embedder, self.store, clock, lambda: veto_of(self.knowledge.exercise_names),
            policy=policy, verifier=VERIFIER, digests=lambda: self.knowledge.digests,
        )  # fmt: skip
        self.judging = Judging(database, clock, judge, policy)
        self.flights = Flights(database, clock, patience_s=5.0)
        library = Extractive(lambda: [name for names in self.knowledge.exercise_names for name in names])
        answerer: Answerer = Generative(model, CoachPrompt(), library, max_tokens=700) if model else library
        rules = AskingRules("en", 2000, {"library": (0.0, 0.0), "none": (0.0, 0.0), "scripted-model": (1.0, 4.0)})

        def standing() -> Standing:
            return Standing(self.knowledge.exercise_names)

        rewriter: Rewriter = ModelRewriter(model, standing) if model and model.trusted else RuleRewriter(standing)
        fresh = Fresh(self.knowledge, embedder, answerer, 0.35)
        self.asking = Asking(database, clock, self.releases, self.cache, fresh, rewriter, self.flights, rules)
        self.renewal = Renewal(self.cache, fresh, rules, lambda: self.releases.stable(TENANT))
        self.conversations = Conversations(database, clock)
        self.voting = Voting(database, clock)
        self.monitoring = Monitoring(database, clock)
        return self

    def spec(self, chat_model: str = "library") -> ReleaseSpec:
        """Return what a release consists of, with another model if wanted."""
        return ReleaseSpec(chat_model, CoachPrompt().version, self.embedder.name, self.knowledge.version, "on")

    def ask(self, actor: Actor, question: str, **how: str | bool | None) -> TurnView:
        """Ask, read the answer to its end, and return the turn as it was kept."""
        *_, last = self.asking.ask(actor, question, **how)
        assert isinstance(last, TurnView)
        return last

    def pieces(self, actor: Actor, question: str, **how: str | bool | None) -> list[str]:
        """Ask, and return the pieces of the answer as they came."""
        parts = self.asking.ask(actor, question, **how)
        return [part for part in parts if not isinstance(part, Accepted | TurnView)]
