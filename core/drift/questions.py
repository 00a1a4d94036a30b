"""Question drift: what people ask about more than they did, found, tested and explained.

Reference and current questions are pooled and grouped by k-means on their vectors, coarsely and finely, without
knowing which is which, so that under the null hypothesis the test of each group's growth is valid. Groups that grew
beyond what the natural wobble explains, Holm's correction for their number included, are the topics that are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.drift.questions_growth import USUAL_WOBBLE, growth_p_values, holm
from core.ports import Vector
from core.topics.clustering import Labels, k_means, nearest_texts, unit_rows
from core.topics.words import class_words, topic_name

GROUPS = (20, 40, 80)
"""A broad topic shows in few groups, a narrow one among close neighbours in many."""
MOST_QUESTIONS = 1000
LEAST_REFERENCE, LEAST_CURRENT = 300, 100
OVERLAP = 0.5
"""Share of the smaller of two grown groups above which they are one topic."""
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a current question and who asked it (pseudonymous); None where that is not known.

    ``missed`` says that the cache had no answer, ``disliked`` that the answer was voted down.
    """

    missed: bool | None = None
    disliked: bool | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class GrowthRule:
    """When a group counts as grown.

    Parameters
    ----------
    alpha : float
        Chance of any false topic in a comparison, in (0, 1).
    least_lift : float
        Least ratio of the shares after and before.
    least_share : float
        Least share of the current questions, in [0, 1].
    wobble : float
        Relative standard deviation of a topic's share from week to week; see :func:`wobble_of`.
    least_users : int
        A word is shown if so many users said it; in force where it is known who asked.
    """

    alpha: float = 0.05
    least_lift: float = 1.5
    least_share: float = 0.02
    wobble: float = USUAL_WOBBLE
    least_users: int = 3


@dataclass(frozen=True, slots=True)
class GrownTopic:
    """A group of questions that grew.

    ``before`` and ``after`` count its questions in both samples; ``lift`` is the ratio of the shares (with half a
    question added to each count, so that it is finite); ``p_value`` is adjusted; ``members`` are places among the
    current questions; ``missed`` and ``disliked`` are (positives, trials) of its current questions.
    """

    name: str
    words: tuple[str, ...]
    typical: tuple[str, ...]
    before: int
    after: int
    share_before: float
    share_after: float
    lift: float
    p_value: float
    missed: tuple[int, int]
    disliked: tuple[int, int]
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class QuestionDrift:
    """How the questions of now differ from those of the reference; ``grown`` has the largest growth first.

    ``enough`` is False where there were too few questions to say anything: that is not "no drift". ``before`` and
    ``after`` count the questions that were compared.
    """

    enough: bool
    before: int
    after: int
    wobble: float
    grown: tuple[GrownTopic, ...] = ()

    @property
    def drifted(self) -> bool:
        """Whether any topic grew."""
        return bool(self.grown)


@dataclass(frozen=True, slots=True)
class _Group:
    members: Mask
    before: int
    after: int
    p_value: float
    lift: float
    score: float


def compare(
    reference_vectors: npt.ArrayLike,
    current_vectors: npt.ArrayLike,
    reference_texts: Sequence[str],
    current_texts: Sequence[str],
    *,
    asked: Sequence[Asked] | None = None,
    rule: GrowthRule | None = None,
    seed: int = 0,
) -> QuestionDrift:
    """Find the topics that grew from the reference to the current questions.

    Parameters
    ----------
    reference_vectors, current_vectors : arrays of shape (n, dimension)
        Embeddings; of more than 1,000 rows so many are drawn at random. Under 300 and 100 nothing is said.
    reference_texts, current_texts : sequences of str
        The questions, in the same order.
    asked : sequence of Asked, or None
        What is known of each current question.

    Raises
    ------
    ValueError
        The lengths do not fit.
    """
    rule = rule or GrowthRule()
    random = np.random.default_rng(seed)
    before, first = _drawn(unit_rows(reference_vectors), reference_texts, random)
    after, second = _drawn(unit_rows(current_vectors), current_texts, random)
    known = [asked[place] for place in second] if asked is not None else [Asked()] * len(second)
    result = QuestionDrift(
        len(before) >= LEAST_REFERENCE and len(after) >= LEAST_CURRENT, len(before), len(after), rule.wobble
    )
    if not result.enough:
        return result
    vectors = np.concatenate([before, after])
    labellings = [k_means(vectors, count, seed=seed)[0] for count in GROUPS]
    grown = _grown(labellings, len(before), rule)
    texts = [*(reference_texts[place] for place in first), *(current_texts[place] for place in second)]
    topics = _explained(grown, vectors, texts, known, labellings[0], second, rule)
    return QuestionDrift(True, len(before), len(after), rule.wobble, topics)


def _drawn(vectors: Vector, texts: Sequence[str], random: np.random.Generator) -> tuple[Vector, Labels]:
    if len(vectors) != len(texts):
        raise ValueError(f"{len(vectors)} vectors do not fit {len(texts)} texts")
    places = np.arange(len(texts))
    if len(texts) > MOST_QUESTIONS:
        places = np.sort(random.choice(len(texts), MOST_QUESTIONS, replace=False))
    return vectors[places], places


def _grown(labellings: Sequence[Labels], size: int, rule: GrowthRule) -> list[_Group]:
    """Return the groups that grew; of those that overlap, the one that holds most of the growth and least else."""
    sizes = size, len(labellings[0]) - size
    masks = [labels == number for labels in labellings for number in range(labels.max() + 1)]
    before = np.array([int(mask[:size].sum()) for mask in masks])
    after = np.array([int(mask[size:].sum()) for mask in masks])
    adjusted = holm(growth_p_values(before, after, sizes, rule.wobble))
    lift = (after + 0.5) / sizes[1] / ((before + 0.5) / sizes[0])
    excess = after - before * sizes[1] / sizes[0]
    score = excess**2 / np.maximum(1, before + after)
    news = (adjusted < rule.alpha) & (lift >= rule.least_lift) & (after >= rule.least_share * sizes[1])
    kept: list[_Group] = []
    for place in sorted(np.flatnonzero(news), key=lambda place: -score[place]):
        mask = masks[place]
        if all((mask & one.members).sum() <= OVERLAP * min(mask.sum(), one.members.sum()) for one in kept):
            facts = int(before[place]), int(after[place]), float(adjusted[place]), float(lift[place])
            kept.append(_Group(mask, *facts, float(score[place])))
    return kept


def _explained(
    grown: Sequence[_Group],
    vectors: Vector,
    texts: Sequence[str],
    known: Sequence[Asked],
    coarse: Labels,
    places: Labels,
    rule: GrowthRule,
) -> tuple[GrownTopic, ...]:
    labels = -1 - coarse  # what did not grow is compared with, group by group
    for number, group in reversed(list(enumerate(grown))):
        labels = np.where(group.members, number, labels)
    size = len(texts) - len(known)
    users, least = _speakers(size, known, rule)
    words = class_words(texts, labels.tolist(), users, least_users=least) if grown else {}
    result: list[GrownTopic] = []
    for number, group in enumerate(grown):
        own = np.flatnonzero(group.members[size:]).tolist()
        lookups = [missed for place in own if (missed := known[place].missed) is not None]
        votes = [disliked for place in own if (disliked := known[place].disliked) is not None]
        centre = unit_rows(vectors[group.members].mean(axis=0, keepdims=True))[0]
        result.append(
            GrownTopic(
                name=topic_name(words.get(number, ()), [topic.name for topic in result]),
                words=words.get(number, ()),
                typical=nearest_texts([texts[size + place] for place in own], vectors[size:][own], centre),
                before=group.before,
                after=group.after,
                share_before=group.before / size,
                share_after=group.after / len(known),
                lift=group.lift,
                p_value=group.p_value,
                missed=(sum(lookups), len(lookups)),
                disliked=(sum(votes), len(votes)),
                members=tuple(int(places[place]) for place in own),
            )
        )
    return tuple(result)


def _speakers(size: int, known: Sequence[Asked], rule: GrowthRule) -> tuple[list[str] | None, int]:
    users = [one.user for one in known if one.user is not None]
    if len(users) < len(known):
        return None, 1
    # Who asked the reference is not known here, so that it counts as one user: too few words rather than too many.
    return [*([""] * size), *users], rule.least_users
