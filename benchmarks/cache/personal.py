"""How well personal questions are kept out of the shared cache, and general ones are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.conversation.question import may_be_shared


def personal(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | int]:
    """Return the shares of questions that a turn would treat wrongly, by the rule that a turn itself asks.

    Parameters
    ----------
    rows : sequence of mappings
        Each with ``q``, a question, and ``personal``, whether its answer is its asker's alone.

    Returns
    -------
    dict
        ``leaked``, share of the personal questions that would be shared; ``kept_out``, share of the general ones that
        would not; both 0 where there are none. ``personal`` and ``general`` are the numbers of rows.
    """
    shared = [(bool(row["personal"]), may_be_shared(str(row["q"]))) for row in rows]
    own = [may for is_personal, may in shared if is_personal]
    general = [may for is_personal, may in shared if not is_personal]
    return {
        "leaked": sum(own) / max(1, len(own)),
        "kept_out": sum(not may for may in general) / max(1, len(general)),
        "personal": len(own),
        "general": len(general),
    }
