"""What the settings say about turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AskingRules:
    """What the settings say about turns; prices are (input, output) in US dollars per million tokens, by model."""

    locale: str
    question_max_characters: int
    prices: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    log_questions: bool = False

    def cost_usd(self, model: str, input_tokens: int, output_tokens: int) -> float | None:
        """Return what a call cost, or None where no price is set for its model."""
        price = self.prices.get(model)
        return price and (price[0] * input_tokens + price[1] * output_tokens) / 1e6
