"""What another semantic cache is to the benchmarks."""

from __future__ import annotations

from typing import Protocol


class Peer(Protocol):
    """A semantic cache with one tenant and no more than questions and answers."""

    name: str
    what: str
    """For people, with versions."""

    def served(self, known: str, asked: str) -> bool:
        """Whether `asked` is served where `known` is all that was asked and answered. Forgets everything else."""
        self.clear()
        self.admit(known, "answer")
        return self.lookup(asked) is not None

    def lookup(self, question: str) -> str | None:
        """Return the id of the answer that is served, or None."""
        ...

    def admit(self, question: str, answer: str) -> None:
        """Keep the id of an answer under its question."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...

    def close(self) -> None:
        """End it; no other call may follow."""
        ...
