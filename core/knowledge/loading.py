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
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from pydantic import ConfigDict, TypeAdapter, ValidationError

from core.knowledge.model import ArticleHead, Document, Exercise, Passage, Source

_CITATION = re.compile(r"\s*\[\^([\w-]+)\]")
# Controls but white space, and what is drawn as nothing or changes the direction; emoji keep their variation selectors.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_REGISTER = TypeAdapter(dict[str, Source], config=ConfigDict(extra="forbid"))
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
        line = error.object.count(b"\n", 0, error.start) + 1
        raise _Broken(line, "", "is not UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise _Broken(1, "", f"cannot be read: {error.strerror}") from error


def _visible(value: Any) -> Any:
    """Return a parsed value without the invisible characters that its file wrote as escapes."""
    if isinstance(value, str):
        return _UNSEEN.sub("", value)
    if isinstance(value, list):
        return [_visible(item) for item in value]
    return {key: _visible(item) for key, item in value.items()} if isinstance(value, dict) else value


def _sources(path: Path, loaded: Loaded) -> dict[str, Source]:
    if not path.exists():
        return {}
    try:
        return _REGISTER.validate_python(_visible(_parsed(_text(path), json.loads)))
    except _Broken as broken:
        loaded.problems.append(Problem(path.name, broken.line, "", broken.reason))
    except ValidationError as error:
        loaded.problems.extend(_problems(error, path.name, 1))
    return {}


def _problems(error: ValidationError, name: str, line: int) -> Iterator[Problem]:
    for problem in error.errors(include_url=False):
        yield Problem(name, line, ".".join(map(str, problem["loc"])), problem["msg"])


def _parsed(text: str, parse: Callable[[str], Any], line: int = 1) -> Any:
    try:
        return parse(text)
    except json.JSONDecodeError as error:
        raise _Broken(error.lineno, "", f"is not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets thousands deep
        raise _Broken(line, "", f"is not JSON that can be used: {error}") from error


def _json_rows(path: Path) -> Iterator[Row]:
    text = _text(path)
    if path.suffix.lower() == ".json":
        _parsed(text, json.loads)  # a list that was cut off between two rows is no JSON, though each row is
    decoder, position = json.JSONDecoder(), 0
    while match := re.compile(r"[\s,\[\]]*").match(text, position):
        position = match.end()
        if position >= len(text):
            return
        line = text.count("\n", 0, position) + 1
        value, position = _parsed(text, partial(decoder.raw_decode, idx=position), line)
        if not isinstance(value, dict):
            raise _Broken(line, "", "should be an object with the fields of an exercise")
        yield line, _visible(value)


def _csv_rows(path: Path) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(_text(path)), strict=True)
    try:
        for row in reader:
            if None in row:
                raise _Broken(reader.line_num, "", "has more cells than the header")
            yield reader.line_num, {key: value for key, value in row.items() if value}
    except csv.Error as error:
        raise _Broken(reader.line_num + 1, "", f"is not CSV: {error}") from error  # it counts the rows it could read


def _exercises(rows: Callable[[Path], Iterator[Row]]) -> Reader:
    def read(path: Path, register: dict[str, Source], loaded: Loaded, name: str) -> Iterator[tuple[int, Document]]:
        for line, row in rows(path):
            try:
                exercise = Exercise.model_validate(row)
                yield line, exercise.document(_cited(exercise.sources, register, path, line))
            except ValidationError as error:
                loaded.problems.extend(_problems(error, name, line))
            except _Broken as broken:
                loaded.problems.append(Problem(name, broken.line, broken.name, broken.reason))

    return read


def _article(path: Path, register: dict[str, Source], loaded: Loaded, name: str) -> Iterator[tuple[int, Document]]:
    text = _text(path)
    parts = re.match(r"---\n(.*?\n)---\n", text.replace("\r\n", "\n"), re.DOTALL)
    if parts is None:
        raise _Broken(1, "", "should begin with a front matter between two lines of ---")
    head = _head(parts[1])
    identity = f"guidance/{head.id}"
    passages: list[Passage] = []
    offset, content = parts[0].count("\n"), text.replace("\r\n", "\n")[parts.end() :]
    for line, heading, body in _sections(content, offset):
        cited = _cited(tuple(dict.fromkeys(_CITATION.findall(body))), register, path, line)
        clean = _CITATION.sub("", body).strip()
        passages.append(Passage(f"{identity}#{len(passages)}", identity, head.title, heading, clean, cited))
    if not passages:
        raise _Broken(offset + 1, "", "has no section; begin each with a line of ## and its heading")
    yield 1, Document(identity, "guidance", head.title, (), tuple(passages))


def _head(text: str) -> ArticleHead:
    try:
        facts = yaml.safe_load(text)
        if isinstance(facts, dict):  # no deeper: the aliases of YAML can make a list of lists of a billion items
            facts = {key: _visible(value) if isinstance(value, str) else value for key, value in facts.items()}
        return ArticleHead.model_validate(facts)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _Broken(1, ".".join(map(str, first["loc"])), first["msg"]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # 2026-11-31 is a ValueError
        mark = getattr(error, "problem_mark", None)
        line, reason = mark.line + 2 if mark else 1, getattr(error, "problem", None) or error
        raise _Broken(line, "", f"has a front matter that is not YAML: {reason}") from error


def _sections(body: str, offset: int) -> Iterator[tuple[int, str, str]]:
    lines, tokens = body.split("\n"), MarkdownIt().parse(body)
    if tokens and tokens[0].type != "heading_open" and tokens[0].map:
        line = offset + tokens[0].map[0] + 1
        raise _Broken(line, "", "has text above its first heading; begin each section with a line of ##")
    starts = [
        (token.map[0], token.map[1], tokens[index + 1].content)
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag in ("h1", "h2") and token.map
    ]
    ends = [*(start for start, _, _ in starts), len(lines)][1:]
    for (start, begin, heading), end in zip(starts, ends, strict=True):
        text = "\n".join(lines[begin:end]).strip()
        if text:
            yield offset + start + 1, heading, text


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
