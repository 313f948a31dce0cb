"""Tables of the quality of the answers."""

from __future__ import annotations

from campaign_effect.analyses.quality import QualityResult
from campaign_effect.apa.blocks import Line, Note, Table, Text, Value
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    sample_note,
    tables,
    values,
)
from campaign_effect.results import Kind


@tables.register
def _(result: QualityResult) -> tuple[Table, ...]:
    made = (_respondents(result), _questions(result), _persons(result), _asides(result))
    return tuple(table for table in made if table.lines)


def _respondents(result: QualityResult) -> Table:
    n_read = result.sample.n_total
    lines = [_count("word.read", n_read, 1.0)]
    lines.append(heading("word.flagged", Kind.WORD))
    lines += [_count(row.reason, row.n, row.share, indent=1) for row in result.flag_counts]
    n_left = n_read
    if result.exclusions:
        lines.append(heading("word.left_out", Kind.WORD))
        lines += [
            _count(row.reason, row.n, row.n / n_read, indent=1) for row in result.exclusions
        ]
        n_left = result.exclusions[-1].n_left
    lines.append(_count("word.analysed", n_left, n_left / n_read if n_read else 0.0))
    return Table(
        id="quality_respondents",
        title=Text(id="title.quality.respondents"),
        heads=heads("respondents", "n", "share"),
        lines=tuple(lines),
        notes=((Text(id="note.quality.respondents"),),),
        glossary=result.glossary,
    )


def _count(word: str, n: int, share: float, *, indent: int = 0) -> Line:
    cells = (
        Value(value=word, kind=Kind.WORD),
        Value(value=n, kind=Kind.COUNT),
        Value(value=share, kind=Kind.PROPORTION),
    )
    return Line(cells=cells, indent=indent)


def _questions(result: QualityResult) -> Table:
    columns = ("item", "n", "blank", "aside", "impossible", "missing_share")
    return Table(
        id="quality_questions",
        title=Text(id="title.quality.questions"),
        heads=heads(*columns),
        lines=tuple(Line(cells=values(row, *columns)) for row in result.questions),
        notes=((Text(id="note.quality.questions"), *_everyone(result)),),
        glossary=result.glossary,
    )


def _persons(result: QualityResult) -> Table:
    return Table(
        id="quality_persons",
        title=Text(id="title.quality.persons"),
        heads=heads("missing_answers", "n", "share"),
        lines=tuple(
            Line(cells=(_band(row.missing_from, row.missing_to), *values(row, "n", "share")))
            for row in result.persons
        ),
        notes=(_everyone(result),),
        glossary=result.glossary,
    )


def _band(low: int, high: int) -> Text | Value:
    if low == high:
        return Value(value=low, kind=Kind.COUNT)
    return Text.of("word.from_to", low=low, high=high)


def _asides(result: QualityResult) -> Table:
    lines: list[Line] = []
    for item, rows in grouped(result.asides, "item").items():
        lines.append(heading(item))
        lines += [Line(cells=values(row, "answer", "n", "share"), indent=1) for row in rows]
    return Table(
        id="quality_asides",
        title=Text(id="title.quality.asides"),
        heads=heads("answer", "n", "share"),
        lines=tuple(lines),
        notes=((Text(id="note.quality.asides"), *_everyone(result)),),
        glossary=result.glossary,
    )


def _everyone(result: QualityResult) -> Note:
    return sample_note(result.sample)
