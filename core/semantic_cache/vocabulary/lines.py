"""How the lists are read: a line is a concept with its names, or two sides that are opposites."""

from __future__ import annotations


def concepts(lines: str) -> dict[str, str]:
    """Return the concept (its first name) of each name."""
    return {
        name: names[0]
        for line in lines.strip().splitlines()
        for names in [[part.strip() for part in line.split(",")]]
        for name in names
    }


def denying(lines: str) -> list[str]:
    """Return the names that hold a negation."""
    return [name for name in concepts(lines) if name.startswith(("no ", "without "))]


def opposites(lines: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the pairs of word groups that mean the opposite of each other."""
    pairs = (line.split("/") for line in lines.strip().splitlines())
    return [
        (tuple(word.strip() for word in one.split(",")), tuple(word.strip() for word in other.split(",")))
        for one, other in pairs
    ]
