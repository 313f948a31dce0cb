"""Columns that are answered alike: found by grids, common prefixes and equal answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from campaign_effect.readers.drafting.columns import Look, Sure
from campaign_effect.schema.labels import aside_point, known_labels, normalise, resolve_block
from campaign_effect.schema.model import Point, Scale, Texts

_GRID: Final = re.compile(r"^(?P<stem>.*\S)\s*\[(?P<row>.+)\]\s*$", re.DOTALL)
_PREFIX: Final = re.compile(r"^(?P<stem>.*?[A-Za-z0-9])(?P<joint>[._ -]?)(?P<number>\d{1,3})$")
_ROW: Final = " - "
_MOST_POINTS: Final = 11
_MOST_NAMED: Final = 4
_WHY: Final = {
    "all_seen": "every answer of {name} was seen",
    "shortest": "{name} is the shortest that holds every answer seen",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Columns that may be items of one construct.

    Attributes
    ----------
    stem : str
        What their headers share.
    looks : tuple of Look
        At least two.
    by : str
        ``grid``, ``prefix`` or ``answers``.
    """

    stem: str
    looks: tuple[Look, ...]
    by: Literal["grid", "prefix", "answers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """The scale of a block or column, why, and how sure; without one, why not."""

    scale: Scale | None
    why: str
    sure: Sure


def find_blocks(looks: Sequence[Look]) -> tuple[Block, ...]:
    """Find the blocks among columns: grids first, then prefixes, then equal answers."""
    grids = _grouped(looks, "grid")
    left = _without(looks, grids)
    prefixed = _grouped(left, "prefix")
    return (*grids, *prefixed, *_alike(_without(left, prefixed)))


def row_texts(looks: Sequence[Look]) -> list[str]:
    """Give the rows of a grid question, else the questions themselves."""
    if asked := shared_question(looks):
        return [look.question.removeprefix(asked).removeprefix(_ROW) for look in looks]
    found = [_GRID.match(look.question) for look in looks]
    pairs = zip(found, looks, strict=True)
    return [grid["row"].strip() if grid else look.question for grid, look in pairs]


def shared_question(looks: Sequence[Look]) -> str:
    """Give the question of columns that are asked as "Question - row", else ""."""
    asked = {look.question.rpartition(_ROW)[0] for look in looks}
    return asked.pop() if len(asked) == 1 else ""


def scale_of(looks: Sequence[Look]) -> Scaling:
    """Find the scale of columns from all answers seen in them."""
    if declared := _declared_scale(looks):
        return declared
    labels = dict.fromkeys(label for look in looks for label in look.labels)
    found = resolve_block(tuple(labels))
    if found.scale is None:
        return Scaling(scale=None, why=_why_none(found.reason, found.unknown), sure="unsure")
    is_numeric = found.scale.name.startswith("points_")
    if is_numeric and len([label for label in labels if label.strip().isdecimal()]) < 3:
        return Scaling(scale=None, why="fewer than three different numbers", sure="unsure")
    if found.is_guess:
        others = [name for name in found.candidates if name != found.scale.name]
        why = f"{_WHY[found.reason].format(name=found.scale.name)}, but {_some(others)}"
        return Scaling(scale=found.scale, why=why, sure="likely")
    why = f"{found.scale.name} alone holds every answer seen"
    return Scaling(scale=found.scale, why=why, sure="likely" if is_numeric else "sure")


def _some(names: Sequence[str]) -> str:
    """Say which other scales fit, the first few by name."""
    shown = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
    return f"{shown} fit{'s' if len(names) == 1 else ''} too"


def is_likert_like(looks: Sequence[Look]) -> bool:
    """Say whether at least two answers are known from printed scales."""
    known = known_labels()
    labels = {normalise(label) for look in looks for label in look.labels}
    return sum(label in known and not label.isdecimal() for label in labels) >= 2


def _grouped(looks: Sequence[Look], by: Literal["grid", "prefix"]) -> tuple[Block, ...]:
    stems: dict[str, list[Look]] = {}
    for look in looks:
        if (stem := _stem(look, by)) is not None:
            stems.setdefault(stem, []).append(look)
    found = ((stem.rstrip("._- /"), group) for stem, group in stems.items() if len(group) > 1)
    return tuple(Block(stem=stem, looks=tuple(group), by=by) for stem, group in found)


def _stem(look: Look, by: Literal["grid", "prefix"]) -> str | None:
    if by == "grid":
        found = _GRID.match(look.name) or _GRID.match(look.question)
        return found["stem"] if found else None
    found = _PREFIX.match(look.name)
    return found["stem"] + found["joint"] if found else None


def _alike(looks: Sequence[Look]) -> tuple[Block, ...]:
    """Group neighbours that are answered on the same printed scale."""

    def answers(look: Look) -> str:
        found = resolve_block(look.labels).scale
        return found.name if found and not found.name.startswith("points_") else ""

    groups = [(name, tuple(group)) for name, group in groupby(looks, key=answers)]
    return tuple(
        Block(stem=group[0].name, looks=group, by="answers")
        for name, group in groups
        if name and len(group) > 2
    )


def _without(looks: Iterable[Look], blocks: Iterable[Block]) -> list[Look]:
    used = {look.name for block in blocks for look in block.looks}
    return [look for look in looks if look.name not in used]


def _declared_scale(looks: Sequence[Look]) -> Scaling | None:
    """Build the scale that a statistics file declares by its value labels."""
    labels = {code: label for look in looks for code, label in look.column.labels}
    none = {code for look in looks for code in look.column.missing}
    codes = {text for look in looks for text in look.texts} | (labels.keys() - none)
    if not labels or not codes or not all(code.isdecimal() for code in codes):
        return None
    aside = {code for code in labels if code in none or aside_point(labels[code])}
    numbers = sorted(int(code) for code in codes - aside)
    if len(numbers) < 2 or numbers[-1] - numbers[0] >= _MOST_POINTS:
        return None
    points = [_point(code, labels) for code in range(numbers[0], numbers[-1] + 1)]
    scale = Scale(
        name="declared",
        points=tuple(points),
        aside=tuple(_point(int(code), labels) for code in sorted(aside) if code.isdecimal()),
    )
    return Scaling(scale=scale, why="the file's value labels say so", sure="likely")


def _point(code: int, labels: dict[str, str]) -> Point:
    label = labels.get(str(code), "").strip()
    return Point(code=code, text=Texts(en=label, id=label) if label else None)


def _why_none(reason: str, unknown: Sequence[str]) -> str:
    if reason == "tie":
        return "several scales fit the answers"
    return (
        f"{len(unknown)} answers are of no known scale"
        if unknown
        else "no scale holds them all"
    )
