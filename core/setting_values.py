"""Settings that hold several values: prices of models, and the rules of drift."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Price(BaseModel):
    """What a model costs, in US dollars per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    input: float = Field(ge=0)
    output: float = Field(default=0.0, ge=0)


Raised = Literal["watch", "drift", "confirmed", "critical"]


class DriftRules(BaseModel):
    """When a drift reaches which level, and what then waits how long; `…_share` is of the evidence of an alarm."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    watch_share: float = Field(0.08, gt=0, lt=1)
    calm_share: float = Field(0.01, ge=0, lt=1)
    calm_hours: int = Field(12, ge=1, le=168)
    confirm_after_hours: int = Field(24, ge=1, le=720)
    confirm_until_hours: int = Field(96, ge=1, le=720)
    recent_hours: int = Field(12, ge=1, le=168)
    critical_rate: float = Field(0.30, gt=0, lt=1)
    critical_votes: int = Field(100, ge=1)
    critical_hours: int = Field(72, ge=1, le=720)
    recovery_hours: int = Field(72, ge=1, le=720)
    cool_down_hours: dict[Raised, int] = {"watch": 24, "drift": 72, "confirmed": 168, "critical": 336}
    reference_days: int = Field(28, ge=7, le=90)
    reference_lookups: int = Field(300, ge=50)
    reference_votes: int = Field(100, ge=20)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.calm_share >= self.watch_share:
            raise ValueError("calm_share must be below watch_share")
        if self.confirm_after_hours + self.recent_hours > self.confirm_until_hours:
            raise ValueError("confirm_after_hours and recent_hours must fit below confirm_until_hours")
        return self

    def cool_down(self, level: Raised) -> int:
        """Return the hours in which what a level proposed is not proposed again."""
        return self.cool_down_hours.get(level, 0)

    def __str__(self) -> str:
        """What differs from the defaults, as the setting is written."""
        return self.model_dump_json(exclude_defaults=True)
