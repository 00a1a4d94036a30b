"""Reads a folder of workout documents: JSON, JSON Lines and CSV (exercises), Markdown (guidance articles).

Either everything can be used, or a list of problems says where what is wrong and nothing is imported.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from pydantic import ValidationError

from core.knowledge.model import ArticleHead, Document, Exercise, Passage, Source

_CITATION = re.compile(r"\s*\[\^([\w-]+)\]")
_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_NOT_DOCUMENTS = {"sources.json", "README.md", "LICENSE.md"}
Row = tuple[int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be used; `line` counts from 1."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}"
        return f"{where}, field {self.field}: {self.reason}" if self.field else f"{where}: {self.reason}"


@dataclass(slots=True)
class Loaded:
    """What a folder holds. `documents` are to be used only when there is no problem."""

    documents: list[Document] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class _Broken(Exception):
    """A file or a row that cannot be read."""

    def __init__(self, line: int, name: str, reason: str) -> None:
        super().__init__(reason)
        self.line, self.name, self.reason = line, name, reason


def load_folders(folders: Iterable[Path]) -> Loaded:
    """Read every document below the folders; `sources.json` in a folder names its public sources by key."""
    loaded, seen = Loaded(), dict[str, str]()
    for folder in folders:
        if not folder.is_dir():
            reason = "there is no such folder; correct COACH_KNOWLEDGE_DIRS"
            loaded.problems.append(Problem(str(folder), 1, "", reason))
            continue
        register = _sources(folder / "sources.json", loaded)
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in _READERS and path.name not in _NOT_DOCUMENTS:
                _load_file(path, str(path.relative_to(folder)), register, loaded, seen)
    if not loaded.documents and not loaded.problems:
        loaded.problems.append(Problem("knowledge", 1, "", "holds no document (.json, .jsonl, .csv or .md)"))
    return loaded


def _load_file(path: Path, name: str, register: dict[str, Source], loaded: Loaded, seen: dict[str, str]) -> None:
    try:
        for line, document in _READERS[path.suffix.lower()](path, register, loaded, name):
            if document.id in seen:
                loaded.problems.append(Problem(name, line, "id", f"is used in {seen[document.id]} too"))
            seen[document.id] = name
            loaded.documents.append(document)
    except _Broken as broken:
        loaded.problems.append(Problem(name, broken.line, broken.name, broken.reason))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        # Invisible and direction-changing characters can hide instructions from the people who review a file.
        return _UNSEEN.sub("", raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Broken(line, "", "is not UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise _Broken(1, "", f"cannot be read: {error.strerror}") from error


def _sources(path: Path, loaded: Loaded) -> dict[str, Source]:
    if not path.exists():
        return {}
    try:
        return {key: Source(**value) for key, value in json.loads(_text(path)).items()}
    except _Broken as broken:
        loaded.problems.append(Problem(path.name, broken.line, "", broken.reason))
    except json.JSONDecodeError as error:
        loaded.problems.append(Problem(path.name, error.lineno, "", f"is not JSON: {error.msg}"))
    except (TypeError, AttributeError) as error:
        loaded.problems.append(Problem(path.name, 1, "", f"needs title, publisher, year and url for each key: {error}"))
    return {}


def _json_rows(path: Path) -> Iterator[Row]:
    text = _text(path)
    decoder, position = json.JSONDecoder(), 0
    while match := re.compile(r"[\s,\[\]]*").match(text, position):
        position = match.end()
        if position >= len(text):
            return
        line = text.count("\n", 0, position) + 1
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise _Broken(error.lineno, "", f"is not JSON: {error.msg}") from error
        if not isinstance(value, dict):
            raise _Broken(line, "", "should be an object with the fields of an exercise")
        yield line, value


def _csv_rows(path: Path) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(_text(path)), strict=True)
    try:
        for row in reader:
            if None in row:
                raise _Broken(reader.line_num, "", "has more cells than the header")
            yield reader.line_num, {key: value for key, value in row.items() if value}
    except csv.Error as error:
        raise _Broken(reader.line_num, "", f"is not CSV: {error}") from error


def _exercises(rows: Callable[[Path], Iterator[Row]]) -> Reader:
    def read(path: Path, register: dict[str, Source], loaded: Loaded, name: str) -> Iterator[tuple[int, Document]]:
        for line, row in rows(path):
            try:
                exercise = Exercise.model_validate(row)
                yield line, exercise.document(_cited(exercise.sources, register, path, line))
            except ValidationError as error:
                for problem in error.errors(include_url=False):
                    place = ".".join(str(part) for part in problem["loc"])
                    loaded.problems.append(Problem(name, line, place, problem["msg"]))
            except _Broken as broken:
                loaded.problems.append(Problem(name, broken.line, broken.name, broken.reason))

    return read


def _article(path: Path, register: dict[str, Source], loaded: Loaded, name: str) -> Iterator[tuple[int, Document]]:
    text = _text(path)
    parts = re.match(r"---\n(.*?\n)---\n", text.replace("\r\n", "\n"), re.DOTALL)
    if parts is None:
        raise _Broken(1, "", "should begin with a front matter between two lines of ---")
    try:
        head = ArticleHead.model_validate(yaml.safe_load(parts[1]))
    except yaml.YAMLError as error:
        raise _Broken(1, "", f"has a front matter that is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _Broken(1, ".".join(map(str, first["loc"])), first["msg"]) from error
    identity = f"guidance/{head.id}"
    passages: list[Passage] = []
    offset = parts[0].count("\n")
    for line, heading, body in _sections(text.replace("\r\n", "\n")[parts.end() :]):
        cited = _cited(tuple(dict.fromkeys(_CITATION.findall(body))), register, path, offset + line)
        clean = _CITATION.sub("", body).strip()
        passages.append(Passage(f"{identity}#{len(passages)}", identity, head.title, heading, clean, cited))
    if not passages:
        raise _Broken(offset + 1, "", "has no section; begin each with a line of ## and its heading")
    yield 1, Document(identity, "guidance", head.title, (), tuple(passages))


def _sections(body: str) -> Iterator[tuple[int, str, str]]:
    lines, tokens = body.split("\n"), MarkdownIt().parse(body)
    starts = [
        (token.map[0], tokens[index + 1].content)
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag in ("h1", "h2") and token.map
    ]
    for (start, heading), following in zip(starts, [*starts[1:], (len(lines), "")], strict=True):
        text = "\n".join(lines[start + 1 : following[0]]).strip()
        if text:
            yield start + 1, heading, text


def _cited(keys: tuple[str, ...], register: dict[str, Source], path: Path, line: int) -> tuple[Source, ...]:
    for key in keys:
        if key not in register:
            raise _Broken(line, "sources", f"{key!r} is not in sources.json")
    # A file without sources of its own (an import) is itself what an answer from it refers to.
    return tuple(register[key] for key in keys) or (Source(path.stem.replace("_", " "), "imported file"),)


Reader = Callable[[Path, dict[str, Source], Loaded, str], Iterator[tuple[int, Document]]]
_READERS: dict[str, Reader] = {
    ".json": _exercises(_json_rows),
    ".jsonl": _exercises(_json_rows),
    ".csv": _exercises(_csv_rows),
    ".md": _article,
}
