from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import core
from core import errors

NAMES = [name for name, one in vars(errors).items() if isinstance(one, type) and one.__module__ == errors.__name__]


def tree(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield each class of a drawn tree with the class above it."""
    above: list[str] = []
    for drawn in re.findall(r"^ {4}([│├└─ ]*)([A-Z]\w+)", text, re.MULTILINE):
        depth = len(drawn[0]) // 4
        yield drawn[1], above[depth - 1] if depth else None
        above[depth:] = [drawn[1]]


def test_the_drawn_tree_is_the_tree_of_classes() -> None:
    made = {name: getattr(errors, name).__base__.__name__ for name in NAMES}
    assert dict(tree(errors.__doc__ or "")) == made | {"CoachError": None}


def test_every_error_of_the_product_is_a_coach_error() -> None:
    strange = []
    for module in pkgutil.walk_packages(core.__path__, "core."):
        for name, one in vars(importlib.import_module(module.name)).items():
            own = isinstance(one, type) and issubclass(one, BaseException) and one.__module__ == module.name
            if own and not name.startswith("_") and not issubclass(one, errors.CoachError):
                strange.append(f"{module.name}.{name}")
    assert strange == []


@pytest.mark.parametrize("name", [name for name in NAMES if not issubclass(getattr(errors, name), errors.ServiceError)])
def test_an_error_says_its_sentence(name: str) -> None:
    assert str(getattr(errors, name)("Write a question first.")) == "Write a question first."


@pytest.mark.parametrize("kind", [errors.ServiceError, errors.ServiceUnavailable, errors.ServiceRefused])
def test_an_error_of_a_service_names_it_beside_its_sentence(kind: type[errors.ServiceError]) -> None:
    error = kind("Pinecone", "Pinecone does not answer.")
    assert (error.service, str(error)) == ("Pinecone", "Pinecone does not answer.")
