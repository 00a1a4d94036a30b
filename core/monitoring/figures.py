"""What the monitoring page shows, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.monitoring.filters import Dimension
from core.monitoring.model import Rate

LEAST_BEFORE = 50
"""A period is compared with one that had a turn for so many of its own, at least: from almost none all is change."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the question to the whole answer, of the `turns` that ended without an error.

    Percentiles are within 2 % of the true ones (Masson, Rim and Lee, 2019, DDSketch). None without a turn.
    """

    turns: int = 0
    mean_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened to some turns.

    ``ups`` and ``downs`` are thumbs as they stand now, counted where their turn was asked. ``audited`` are hits of
    which a judge or a thumb has said whether the answer fitted, ``false_hits`` those that did not. ``cost_usd`` is what
    was spent, ``saved_usd`` what the hits had cost when their answers were made; ``costed`` turns had a known price.
    ``users`` (within 5 %) is known of a total only, and None below a filter by outcome or by several dimensions.
    """

    hits: int = 0
    misses: int = 0
    bypasses: int = 0
    errors: int = 0
    ups: int = 0
    downs: int = 0
    audited: int = 0
    false_hits: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    costed: int = 0
    cost_usd: float = 0.0
    saved_usd: float = 0.0
    hit_latency: Latency = Latency()
    miss_latency: Latency = Latency()
    users: int | None = None

    @property
    def turns(self) -> int:
        """All turns, those that bypassed the cache too."""
        return self.hits + self.misses + self.bypasses

    @property
    def votes(self) -> int:
        """Turns with a thumb."""
        return self.ups + self.downs

    @property
    def hit_rate(self) -> Rate:
        """Hits among the turns that the cache could have answered."""
        return Rate(self.hits, self.hits + self.misses)

    @property
    def false_hit_rate(self) -> Rate:
        """Hits with another question's answer among the hits that were looked at."""
        return Rate(self.false_hits, self.audited)

    @property
    def dislike_rate(self) -> Rate:
        """Thumbs down among all thumbs."""
        return Rate(self.downs, self.votes)

    @property
    def vote_share(self) -> Rate:
        """Turns with a thumb among all turns."""
        return Rate(min(self.votes, self.turns), self.turns)

    @property
    def error_rate(self) -> Rate:
        """Turns that did not end well among all turns."""
        return Rate(self.errors, self.turns)


def comparable(now: Figures, before: Figures | None) -> Figures:
    """Return the figures that a period is compared with: nothing, where almost nothing was asked before."""
    return before if before and before.turns * LEAST_BEFORE >= now.turns else Figures()


@dataclass(frozen=True, slots=True)
class Step:
    """One hour, day or week, in the view's time zone."""

    start: datetime
    end: datetime
    figures: Figures


@dataclass(frozen=True, slots=True)
class Series:
    """All steps of a view, oldest first, empty ones too, and the figures of the whole range."""

    steps: tuple[Step, ...]
    total: Figures


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one value of a dimension; `value` is "" for turns without one."""

    value: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Worst:
    """The days on which thumbs pointed down more than anywhere else, against the other days of the same turns.

    ``topic`` is the one that stands out, "" for turns without one, or None where it is all turns together; then
    ``leading`` is the topic that does so most within these days, with its share there, where one clearly does.
    """

    since: datetime
    until: datetime
    rate: Rate
    usual: Rate
    topic: str | None
    leading: tuple[str, Rate] | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a filter can choose from: every value that was ever seen, sorted."""

    release: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ("hit", "miss", "bypass")
    language: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Freshness:
    """How current the figures are.

    ``newest`` is when the newest turn was asked, ``rolled`` when the rollup last wrote, ``waiting`` how many events it
    has yet to read (counted up to 10,000), ``lag_s`` seconds since the oldest of them came, 0 where none waits. None
    where there is none yet.
    """

    newest: datetime | None
    rolled: datetime | None
    waiting: int
    lag_s: float


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the monitoring page shows at once.

    ``heat`` is [weekday, Monday first][hour] in the view's zone; ``before`` is the comparison period, if one was asked
    for; of a dimension in ``groups`` the value with most turns comes first.
    """

    series: Series
    before: Series | None
    heat: tuple[tuple[Figures, ...], ...]
    groups: dict[Dimension, tuple[Group, ...]]
    choices: Choices
    freshness: Freshness
