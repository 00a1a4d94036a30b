"""Groups questions into topics anew, and lets each topic that is still there go on under its id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sqlmodel import Session

from core.database import new_id
from core.ports import Embedder, Vector
from core.text import normalise
from core.topics.clustering import Labels, k_means, matching, nearest_texts, unit_rows
from core.topics.model import LEAST_USERS, SAME_MEANING, topic_count
from core.topics.records import Topic, TopicFit
from core.topics.words import class_words, topic_name

LEAST_SIZE = 3
"""Different questions below which a group is no topic of its own; its questions fall to the nearest one."""
BATCH = 64


@dataclass(frozen=True, slots=True)
class Material:
    """What topics are made of: different texts with their vectors, and who said each how often.

    ``said`` holds (place of the text, user) for each time; without users (the library) every word may be shown.
    """

    source: str
    texts: tuple[str, ...]
    vectors: Vector
    said: tuple[tuple[int, str], ...]
    least_users: int


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a grouping."""

    centre: Vector
    size: int
    words: tuple[str, ...]
    typical: tuple[str, ...]


def material(source: str, said: Sequence[tuple[str, str]], embedder: Embedder) -> Material:
    """Embed the different texts of (text, user) pairs; `source` is ``library`` or ``questions``."""
    places: dict[str, int] = {}
    texts: list[str] = []
    pairs = []
    for text, user in said:
        place = places.setdefault(normalise(text), len(texts))
        if place == len(texts):
            texts.append(text)
        pairs.append((place, user))
    parts = [embedder.embed(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
    vectors = np.concatenate(parts) if parts else embedder.embed([])
    return Material(source, tuple(texts), vectors, tuple(pairs), 1 if source == "library" else LEAST_USERS)


def grouped(given: Material, begin: Vector | None, seed: int = 0) -> list[Group]:
    """Group the texts, beginning with the centres of the topics so far; at least one text.

    A text that was asked n times weighs the square root of n, so that the most common question is no topic by itself.
    """
    times = np.bincount([place for place, _ in given.said], minlength=len(given.texts))
    labels, centres = k_means(
        given.vectors, topic_count(len(given.texts)), begin=begin, weights=np.sqrt(times).tolist(), seed=seed
    )
    labels, centres = _without_small(given.vectors, _without_twins(labels, centres))
    words = class_words(
        [given.texts[place] for place, _ in given.said],
        [int(labels[place]) for place, _ in given.said],
        [user for _, user in given.said],
        least_users=given.least_users,
    )
    return list(_groups(given, times, labels, centres, words))


def _groups(
    given: Material, times: Labels, labels: Labels, centres: Vector, words: dict[int, tuple[str, ...]]
) -> Iterator[Group]:
    for number, centre in enumerate(centres):
        own = np.flatnonzero(labels == number)
        typical = nearest_texts([given.texts[place] for place in own], given.vectors[own], centre)
        yield Group(centre, int(times[own].sum()), words.get(number, ()), typical)


def _without_twins(labels: Labels, centres: Vector) -> Vector:
    """Join groups that would be one topic by their cosine: else questions would go to and fro between them."""
    if len(centres) < 2:
        return centres
    joining = AgglomerativeClustering(
        n_clusters=None, distance_threshold=1 - SAME_MEANING, metric="cosine", linkage="average"
    )
    joined, sizes = joining.fit_predict(centres), np.bincount(labels, minlength=len(centres))
    mean = [np.average(centres[joined == one], axis=0, weights=sizes[joined == one]) for one in np.unique(joined)]
    return unit_rows(np.stack(mean))


def _without_small(vectors: Vector, centres: Vector) -> tuple[Labels, Vector]:
    """Assign each vector to its nearest centre, without centres that few are near."""
    labels = np.asarray((vectors @ centres.T).argmax(axis=1), dtype=np.int64)
    kept = centres[np.bincount(labels, minlength=len(centres)) >= LEAST_SIZE]
    if not len(kept):
        return labels, centres
    return np.asarray((vectors @ kept.T).argmax(axis=1), dtype=np.int64), kept


def keep_groups(session: Session, fit: TopicFit, groups: Sequence[Group], known: Sequence[Topic], now: datetime) -> int:
    """Write a grouping; return how many topics went on.

    A group goes on under the id of a topic whose anchor lies near its centre; an id never comes to mean another thing,
    because the anchor stays. What no group continues keeps its row and name, without the texts of questions.
    """
    anchors = np.stack([np.frombuffer(row.anchor, dtype=np.float32) for row in known]) if known else np.empty((0, 0))
    pairs = matching(np.stack([group.centre for group in groups]), np.asarray(anchors, np.float32), SAME_MEANING)
    continued = {id(known[place]) for place in pairs.values()}
    for row in known:
        if id(row) not in continued:
            row.typical = []
            session.add(row)
    taken = {row.given_name for row in known if id(row) in continued and row.given_name}
    for number in sorted(range(len(groups)), key=lambda place: -groups[place].size):
        group = groups[number]
        row = known[pairs[number]] if number in pairs else _born(fit, group, now)
        row.fit, row.centre, row.size = fit.number, group.centre.tobytes(), group.size
        row.words, row.typical = list(group.words), list(group.typical)
        row.name = topic_name(group.words, taken)
        taken.add(row.name)
        session.add(row)
    return len(pairs)


def _born(fit: TopicFit, group: Group, now: datetime) -> Topic:
    centre = group.centre.tobytes()
    return Topic(
        id=new_id(), tenant=fit.tenant, embedder=fit.embedder, created_at=now, fit=fit.number, name="", words=[],
        typical=[], size=0, anchor=centre, centre=centre,
    )  # fmt: skip
