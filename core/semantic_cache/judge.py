"""Who says, away from the turn, whether an answer would have served a question.

The judge is asynchronous: a verdict never holds up a turn, and what it finds serves the turns after it (Krites: Singh
et al., 2026, arXiv:2602.13165).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.ports import Verifier
from core.semantic_cache.model_judge import ModelJudge
from core.semantic_cache.verdict import Verdict

__all__ = ["Judge", "LocalJudge", "ModelJudge", "Verdict"]

SAME = 0.97
DIFFERENT = 0.2


class Judge(Protocol):
    """Gives verdicts."""

    @property
    def name(self) -> str:
        """Model or rules, as the history names them."""
        ...

    @property
    def reliability(self) -> float:
        """Probability that a verdict is right, in (0.5, 1)."""
        ...

    @property
    def paid(self) -> bool:
        """Whether a verdict costs money, and so asks the budget first."""
        ...

    def judge(self, asked: str, known: str, answer: str) -> Verdict:
        """Say whether `answer`, which was given to the question `known`, serves the question `asked`.

        Raises
        ------
        ServiceError
            The judge does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class LocalJudge:
    """The embedded verifier, where it is sure; it reads the questions only and says so in its verdict."""

    verifier: Verifier
    reliability: float = 0.85
    paid: bool = False

    @property
    def name(self) -> str:
        """The verifier's name."""
        return self.verifier.name

    def judge(self, asked: str, known: str, answer: str) -> Verdict:
        """See :class:`Judge`; of an answer to its own question nothing can be said without reading it."""
        if asked == known:
            return Verdict(None, "the answer itself was not read", read=False)
        probability = float(self.verifier.compare(asked, [known])[0])
        same = True if probability > SAME else False if probability < DIFFERENT else None
        return Verdict(same, f"one answer serves both: {probability:.3f}", read=False)
