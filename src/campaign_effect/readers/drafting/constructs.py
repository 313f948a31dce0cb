"""Blocks of columns as constructs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from campaign_effect.readers.drafting.blocks import (
    Block,
    Scaling,
    is_likert_like,
    row_texts,
    scale_of,
    shared_question,
)
from campaign_effect.readers.drafting.columns import Look, Sure
from campaign_effect.readers.drafting.missing_codes import set_doubtful_aside
from campaign_effect.readers.drafting.reversals import Keying, key_items
from campaign_effect.readers.drafting.sheet import Question, Sheet, same_words
from campaign_effect.readers.drafting.words import plain_words, platform_of
from campaign_effect.results import Notice
from campaign_effect.schema.labels import aside_point, known_labels, label_height, normalise
from campaign_effect.schema.model import Construct, Item, Point, Scale

_FOUND: Final = {
    "grid": "a grid question",
    "prefix": "a common prefix",
    "answers": "neighbouring columns with equal answers",
}
_MOST_POINTS: Final = 11
_SURE: Final[dict[str, Sure]] = {"grid": "sure", "prefix": "likely", "answers": "unsure"}


def add_block(sheet: Sheet, block: Block) -> tuple[Look, ...]:
    """Make a construct of a block; give back the columns that are to stand alone."""
    block = replace(block, looks=set_doubtful_aside(block.looks))
    scaling = scale_of(block.looks)
    if _is_of_platforms(block):
        return block.looks
    if scaling.scale is not None and scaling.scale.is_ordered:
        _add_construct(sheet, block, scaling, scaling.scale)
    elif block.by == "grid" or is_likert_like(block.looks):
        _leave_out(sheet, block, scaling)
    else:
        return block.looks
    return ()


def _add_construct(sheet: Sheet, block: Block, scaling: Scaling, scale: Scale) -> None:
    place = f"constructs[{len(sheet.constructs)}]"
    name = sheet.names.of(block.stem)
    sheet.guess(place, f"items found by {_FOUND[block.by]}", _SURE[block.by])
    sheet.guess(f"{place}.scale", scaling.why, scaling.sure)
    keyings = key_items(sheet.cells, block.looks, scale)
    items = _items(sheet, block, keyings, name)
    for at, (look, keying) in enumerate(zip(block.looks, keyings, strict=True)):
        _note_keying(sheet, look, keying, f"{place}.items[{at}]")
    sheet.constructs.append(
        Construct(
            name=name,
            text=same_words(shared_question(block.looks) or block.stem),
            scale=sheet.shared_aside(scale, name, block.looks),
            items=items,
        )
    )


def _items(
    sheet: Sheet, block: Block, keyings: Sequence[Keying], name: str
) -> tuple[Item, ...]:
    parts = zip(block.looks, row_texts(block.looks), keyings, strict=True)
    return tuple(
        Item(
            name=sheet.names.of(look.name if block.by == "prefix" else f"{name}_{at}"),
            column=(look.name,),
            text=same_words(text),
            is_reversed=keying.is_reversed,
        )
        for at, (look, text, keying) in enumerate(parts, start=1)
    )


def _note_keying(sheet: Sheet, look: Look, keying: Keying, place: str) -> None:
    if keying.is_reversed:
        sheet.guess(f"{place}.reversed", keying.why, keying.sure)
    if keying.doubt:
        sheet.questions.append(Question(column=look.name, text=keying.doubt, path=place))


def _leave_out(sheet: Sheet, block: Block, scaling: Scaling) -> None:
    known = known_labels()
    labels = dict.fromkeys(label for look in block.looks for label in look.labels)
    shown = [label for label in labels if normalise(label) in known]
    seen = f" ({', '.join(shown)})" if shown else ""
    columns = tuple(look.name for look in block.looks)
    text = f"{len(columns)} columns are left out: {scaling.why}{seen}. Which scale is it?"
    sheet.questions.append(Question(column=block.stem, text=text))
    _suggest(sheet, block)
    notice = Notice.of(
        "block_left_out",
        block=block.stem,
        n=len(columns),
        columns=columns,
        labels=tuple(shown),
    )
    sheet.notices.append(notice)


def _suggest(sheet: Sheet, block: Block) -> None:
    """Write the answers of a block in their likely order, and its items, to be mended."""
    labels = sorted({label for look in block.looks for label in look.labels}, key=label_height)
    told = {normalise(label): " ".join(label.split()) for label in labels}
    aside = {point.code: point for word in told if (point := aside_point(word))}
    words = [label for word, label in told.items() if not aside_point(word)]
    has_number = any(word.isdecimal() for word in told)  # a code of its own, not its place
    if has_number or not 2 <= len(words) <= _MOST_POINTS:
        return
    points = [Point(code=at, text=same_words(word)) for at, word in enumerate(words, start=1)]
    name = sheet.names.of(block.stem)
    scale = Scale(name=f"{name}_answers", points=tuple(points), aside=tuple(aside.values()))
    items = _items(sheet, block, key_items(sheet.cells, block.looks, scale), name)
    text = same_words(shared_question(block.looks) or block.stem)
    construct = Construct(name=name, text=text, scale=scale.name, items=items)
    sheet.left_out.append((scale, construct))


def _is_of_platforms(block: Block) -> bool:
    """Say whether the columns ask the same of one platform each."""
    rows = row_texts(block.looks)
    platforms = {platform_of(plain_words(row)) for row in rows}
    is_short = block.by == "answers" or all(len(row.split()) <= 4 for row in rows)
    return is_short and None not in platforms and len(platforms) == len(rows)
