"""Workout documents and the passages that answers are made from."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

FORMAT = 1
"""Raised when the way documents become passages changes, so that every snapshot is built anew."""


@dataclass(frozen=True, slots=True)
class Source:
    """A public source that a passage rests on."""

    title: str
    publisher: str
    year: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is retrieved and quoted: one section of a document, understandable by itself."""

    id: str
    document_id: str
    title: str
    heading: str
    text: str
    sources: tuple[Source, ...]

    @property
    def searchable(self) -> str:
        """What is embedded and indexed."""
        return f"{self.title}. {self.heading}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Document:
    """An exercise or a guidance article; ``names`` are what people call an exercise (none for an article)."""

    id: str
    kind: str
    title: str
    names: tuple[str, ...]
    passages: tuple[Passage, ...]


def digest(document: Document) -> str:
    """Return 16 hexadecimal digits of the content of a document."""
    return hashlib.sha256(json.dumps(asdict(document), sort_keys=True).encode()).hexdigest()[:16]


def snapshot_version(documents: Iterable[Document]) -> str:
    """Return 16 hexadecimal digits of the content of all documents, whatever their order."""
    facts = sorted(json.dumps(asdict(document), sort_keys=True) for document in documents)
    return hashlib.sha256(json.dumps([FORMAT, facts]).encode()).hexdigest()[:16]


def _listed(value: object) -> object:
    if value is None:
        return []
    if isinstance(value, str):
        value = re.split(r"[|\n]", value)
    if not isinstance(value, list):
        return value
    # Public files hold blank items; they say nothing and are left out.
    return [item for item in value if not isinstance(item, str) or item.strip()]


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Exercise(BaseModel):
    """A row of an exercise file, in our form or in that of the public free-exercise-db.

    In CSV a list is one cell with its items separated by ``|``.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    id: str = Field(min_length=1, max_length=120)
    name: str = Field(min_length=2, max_length=120)
    aliases: Texts = ()
    category: str = Field("strength", min_length=2)
    level: str = Field(min_length=2)
    equipment: Texts = ()
    muscles: Texts = Field(validation_alias=AliasChoices("muscles", "primaryMuscles"), min_length=1)
    secondary_muscles: Texts = Field((), validation_alias=AliasChoices("secondary_muscles", "secondaryMuscles"))
    how: Texts = Field(validation_alias=AliasChoices("how", "instructions"))
    errors: Texts = ()
    easier: Texts = ()
    harder: Texts = ()
    contraindications: Texts = ()
    sources: Texts = ()

    def document(self, sources: tuple[Source, ...]) -> Document:
        """Return the exercise as passages: how, errors, easier and harder forms, cautions."""
        identity = f"exercise/{self.id}"
        sections = [section for section in self._sections() if section[1]]
        passages = tuple(
            Passage(f"{identity}#{number}", identity, self.name, heading, text, sources)
            for number, (heading, text) in enumerate(sections)
        )
        return Document(identity, "exercise", self.name, (self.name, *self.aliases), passages)

    def _sections(self) -> Iterator[tuple[str, str]]:
        also = f" (also called {', '.join(self.aliases)})" if self.aliases else ""
        works = f"works the {_joined(self.muscles)}" + (
            f", with help from the {_joined(self.secondary_muscles)}" if self.secondary_muscles else ""
        )
        needs = "no equipment" if self.equipment in ((), ("none",), ("body only",)) else _joined(self.equipment)
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(self.how, start=1))
        intro = f"{self.name}{also} {works}. Level: {self.level}. You need: {needs}."
        yield (f"How to do the {self.name}", f"{intro}\n\n{steps}") if steps else (f"About the {self.name}", intro)
        yield f"Common errors in the {self.name}", _bullets(self.errors)
        yield f"Easier forms of the {self.name}", _bullets(self.easier)
        yield f"Harder forms of the {self.name}", _bullets(self.harder)
        yield f"Who should be careful with the {self.name}", _bullets(self.contraindications)


class ArticleHead(BaseModel):
    """The front matter of a guidance article in Markdown."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    id: str = Field(min_length=1, max_length=120)
    title: str = Field(min_length=3, max_length=160)
    topic: str = Field(min_length=2)
    audience: str = "general"


def _joined(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
