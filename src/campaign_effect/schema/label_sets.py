"""The sets of answers that come with the library, as their file tells them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

Facts = dict[str, Any]
"""A part of the file."""


@cache
def sets_file() -> Facts:
    """Read the file."""
    path = files("campaign_effect.schema") / "label_sets.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def worded_sets() -> Iterator[tuple[str, Facts]]:
    """Give the name and the facts of every set of words: those written out, then families.

    Examples
    --------
    >>> sets = dict(worded_sets())
    >>> [point["id"] for point in sets["likely4"]["points"]]
    ['Sangat tidak mungkin', 'Tidak mungkin', 'Mungkin', 'Sangat mungkin']
    """
    file = sets_file()
    yield from file["sets"].items()
    for name, family in file["families"].items():
        for language in ("id", "en"):
            for pattern in _patterns(file, family[language]):
                points = file["patterns"][pattern]
                told = {"seen": language, "points": _points(points, family, language)}
                yield _name(name, pattern, language), told


def _patterns(file: Facts, named: str | list[str]) -> list[str]:
    found: list[str] = file["groups"][named] if isinstance(named, str) else named
    return found


def _name(family: str, pattern: str, language: str) -> str:
    """Name a set: likely4, likely4_en, likely4_kurang."""
    kind, length = pattern[:-1], pattern[-1]
    parts = [f"{family}{length}", "" if kind == "bipolar" else kind]
    return "_".join(filter(None, [*parts, "en" if language == "en" else ""]))


def _points(pattern: list[Facts], family: Facts, language: str) -> list[Facts]:
    """Fill the words of a family into a pattern, codes from 1."""

    def filled(text: str, language: str) -> str:
        less, more = family["less"][language], family["more"][language]
        words: str = text.format(less=less, more=more)
        return words[0].upper() + words[1:]

    return [
        {
            "code": code,
            "id": filled(part["id"], "id"),
            "en": filled(part["en"], "en"),
            "accepts": [filled(text, language) for text in part.get(f"also_{language}", ())],
        }
        for code, part in enumerate(pattern, start=1)
    ]
