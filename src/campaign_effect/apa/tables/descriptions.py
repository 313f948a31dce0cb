"""Tables of respondents, items, answers and correlations."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_effect.analyses.description import (
    AnswerFrequency,
    DescriptionResult,
    Respondents,
)
from campaign_effect.apa.blocks import Cell, Head, Line, Note, Table, Text, Value
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    sample_note,
    star,
    star_note,
    suppressible,
    suppression_note,
    tables,
)
from campaign_effect.results import Kind, Sample

REVERSED = "R"


@tables.register
def _(result: DescriptionResult) -> tuple[Table, ...]:
    made = (_respondents(result), _items(result), *_answers(result), _correlations(result))
    return tuple(table for table in made if table.lines)


def _respondents(result: DescriptionResult) -> Table:
    groups = list(dict.fromkeys(row.group for row in result.respondents))
    lines: list[Line] = []
    for variable, rows in grouped(result.respondents, "variable").items():
        levels = list(dict.fromkeys(row.level for row in rows))
        if variable == "respondents":
            shares = tuple(cell for row in rows for cell in _shown(row, "n", "share"))
            lines.append(Line(cells=(Text(id="column.respondents"), *shares)))
        elif levels == [None]:
            name = Text.of("word.mean_sd", variable=variable)
            lines.append(Line(cells=(name, *_across(rows, groups, None))))
        else:
            lines.append(heading(variable))
            lines += [
                Line(cells=(_name(level), *_across(rows, groups, level)), indent=1)
                for level in levels
            ]
    return Table(
        id="description_respondents",
        title=Text(id="title.description.respondents"),
        heads=(*heads("variable"), *_group_heads(groups)),
        lines=tuple(lines),
        notes=(
            (
                Text(id="note.description.respondents"),
                *_weighted(result),
                *sample_note(result.sample),
            ),
            *suppression_note(result.respondents, result.min_cell),
        ),
        glossary=result.glossary,
    )


def _across(
    rows: Sequence[Respondents], groups: Sequence[str | None], level: str | None
) -> tuple[Cell, ...]:
    """Give a line's two cells in every group: n and %, or *M* and *SD*."""
    cells: list[Cell] = []
    for group in groups:
        row = next(row for row in rows if row.group == group and row.level == level)
        is_number = level is None
        cells += _shown(row, "mean", "sd") if is_number else _shown(row, "n", "share")
    return tuple(cells)


def _shown(row: Respondents, *columns: str) -> tuple[Cell, ...]:
    return suppressible(row, *columns, hidden=columns)


def _group_heads(groups: Sequence[str | None]) -> tuple[Head, ...]:
    return tuple(
        Head(text=Text(id=f"column.{column}"), spanner=_spanner(group, len(groups)))
        for group in groups
        for column in ("n_or_mean", "share_or_sd")
    )


def _spanner(group: str | None, n_groups: int) -> Text | None:
    if group is not None:
        return Text.of("word.name", name=group)
    return Text(id="word.all") if n_groups > 1 else None


def _name(name: str | None) -> Cell:
    return None if name is None else Value(value=name, kind=Kind.NAME)


def _items(result: DescriptionResult) -> Table:
    lines: list[Line] = []
    for construct, rows in grouped(result.items, "construct").items():
        lines.append(heading(construct))
        for row in rows:
            mark = REVERSED if row.is_reversed else ""
            name = Value(value=row.item, kind=Kind.NAME, mark=mark)
            numbers = suppressible(row, "n", "mean", "sd", hidden=("mean", "sd"))
            lines.append(Line(cells=(name, *numbers), indent=1))
    has_reversed = any(row.is_reversed for row in result.items)
    reversed_note: Note = (Text(id="note.description.reversed"),)
    return Table(
        id="description_items",
        title=Text(id="title.description.items"),
        heads=heads("item", "n", "mean", "sd"),
        lines=tuple(lines),
        notes=(
            (*_weighted(result), *sample_note(_sample(result, "items"))),
            *([reversed_note] if has_reversed else []),
            *suppression_note(result.items, result.min_cell),
        ),
        glossary=result.glossary,
    )


def _answers(result: DescriptionResult) -> tuple[Table, ...]:
    """Make a table a construct: a line an item, a column an answer, in per cent."""
    return tuple(
        _answer_table(result, construct, rows)
        for construct, rows in grouped(result.answers, "construct").items()
    )


def _answer_table(
    result: DescriptionResult, construct: str, rows: Sequence[AnswerFrequency]
) -> Table:
    by_item = grouped(rows, "item")
    answers = [row.answer for row in next(iter(by_item.values()))]
    note = (
        Text(id="note.description.answers"),
        *_weighted(result),
        *sample_note(_sample(result, "answers")),
    )
    return Table(
        id=f"description_answers_{construct}",
        title=Text.of("title.description.answers", construct=construct),
        heads=(
            *heads("item"),
            *(Head(text=Text.of("word.name", name=answer)) for answer in answers),
            *heads("n"),
        ),
        lines=tuple(_answer_line(item, found) for item, found in by_item.items()),
        notes=(note, *suppression_note(rows, result.min_cell)),
        glossary=result.glossary,
    )


def _answer_line(item: str, rows: Sequence[AnswerFrequency]) -> Line:
    shares = tuple(suppressible(row, "share", hidden=("share",))[0] for row in rows)
    total = Value(value=rows[0].n_answered, kind=Kind.COUNT)
    return Line(cells=(Value(value=item, kind=Kind.NAME), *shares, total))


def _correlations(result: DescriptionResult) -> Table:
    """Show the lower triangle, with means, and alpha on the diagonal."""
    names = [row.construct for row in result.scores]
    found = {(row.construct_2, row.construct_1): row for row in result.correlations}
    lines = []
    for i, score in enumerate(result.scores):
        cells: list[Cell] = []
        for j, other in enumerate(names):
            if j < i and (row := found.get((score.construct, other))) is not None:
                mark = star(row.p_value)
                cells.append(Value(value=row.estimate, kind=Kind.BOUNDED, mark=mark))
            else:
                cells.append(_diagonal(score.alpha) if i == j else None)
        stub = Text.of("word.numbered", number=i + 1, name=score.construct)
        told = suppressible(score, "n", "mean", "sd", hidden=("mean", "sd"))
        lines.append(Line(cells=(stub, *told, *cells)))
    numbers = tuple(
        Head(text=Text.of("word.number", number=i + 1)) for i, _ in enumerate(names)
    )
    return Table(
        id="description_correlations",
        title=Text(id="title.description.correlations"),
        heads=(*heads("construct", "n", "mean", "sd"), *numbers),
        lines=tuple(lines),
        notes=(
            (Text(id="note.description.correlations"), *_pairs(result)),
            *suppression_note(result.scores, result.min_cell),
            *star_note(row.p_value for row in result.correlations),
        ),
        glossary=result.glossary,
    )


def _pairs(result: DescriptionResult) -> Note:
    """Say how many respondents a correlation rests on."""
    counts = {row.n for row in result.correlations}
    if not counts:
        return ()
    if len(counts) == 1:
        return (Text.of("note.description.pairs", n=counts.pop()),)
    return (Text.of("note.description.pairs_range", low=min(counts), high=max(counts)),)


def _diagonal(alpha: float | None) -> Cell:
    return Text.of("word.in_brackets", alpha=alpha)


def _weighted(result: DescriptionResult) -> Note:
    """Say that shares and means are weighted, and what that costs; nothing without weights."""
    return tuple(
        Text.of(
            "note.description.weighted",
            weight=row.weight,
            low=row.low,
            high=row.high,
            deff=row.design_effect,
            effective=row.effective_n,
        )
        for row in result.weighting
    )


def _sample(result: DescriptionResult, part: str) -> Sample:
    return dict(result.samples)[part]
