"""Tables of the quality of the answers."""

from __future__ import annotations

from campaign_effect.analyses.quality import FlagCount, QualityResult
from campaign_effect.apa.blocks import Cell, Line, Note, Table, Text, Value
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    sample_note,
    suppressible,
    suppression_note,
    tables,
    values,
)
from campaign_effect.apa.tables.models import p_text
from campaign_effect.results import Kind


@tables.register
def _(result: QualityResult) -> tuple[Table, ...]:
    made = (
        _respondents(result),
        _flags(result),
        _questions(result),
        _patterns(result),
        _persons(result),
        _asides(result),
    )
    return tuple(table for table in made if table.lines)


def _respondents(result: QualityResult) -> Table:
    """Follow the respondents from the file to the analyses."""
    n_read, n_left = result.n_read, result.sample.n_total
    lines = [_count("word.read", n_read, 1.0)]
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


def _flags(result: QualityResult) -> Table:
    """Say of every flag by which rule it is raised, who published that, and for how many."""
    return Table(
        id="quality_flags",
        title=Text(id="title.quality.flags"),
        heads=heads("flag", "rule", "n", "share"),
        lines=tuple(
            Line(cells=(_word(row.reason), rule(row), *values(row, "n", "share")))
            for row in result.flag_counts
        ),
        notes=((Text(id="note.quality.flags"), *_everyone(result)),),
        glossary=result.glossary,
    )


def _word(id: str) -> Cell:
    return Value(value=id, kind=Kind.WORD)


def rule(row: FlagCount) -> Text:
    """Say the rule of a flag with its cut-off, or why it was not checked."""
    if row.unchecked is not None:
        return Text.of("rule.unchecked", why=Text(id=row.unchecked))
    return Text.of(f"rule.{row.reason.removeprefix('flag.')}", cutoff=row.cutoff)


def _questions(result: QualityResult) -> Table:
    columns = ("item", "n", "blank", "aside", "impossible", "missing_share")
    lines = tuple(
        Line(cells=suppressible(row, *columns, hidden=("blank", "aside")))
        for row in result.questions
    )
    return Table(
        id="quality_questions",
        title=Text(id="title.quality.questions"),
        heads=heads(*columns),
        lines=lines,
        notes=(
            (Text(id="note.quality.questions"), *_everyone(result)),
            *suppression_note(result.questions, result.min_cell),
        ),
        glossary=result.glossary,
    )


def _patterns(result: QualityResult) -> Table:
    lines = []
    for rows in grouped(result.patterns, "pattern").values():
        gaps = tuple(row.item for row in rows if row.item is not None)
        stub = Text.of("word.names", names=gaps) if gaps else Text(id="word.nothing_missing")
        lines.append(Line(cells=(stub, *values(rows[0], "n", "share"))))
    return Table(
        id="quality_patterns",
        title=Text(id="title.quality.patterns"),
        heads=heads("missing_items", "n", "share"),
        lines=tuple(lines),
        notes=((*_everyone(result), *missing_test_texts(result)),),
        glossary=result.glossary,
    )


def missing_test_texts(result: QualityResult) -> Note:
    """Say Little's test, where there is one."""
    return tuple(
        Text.of(
            "note.quality.missing_test",
            chi2=row.statistic,
            df=row.df,
            p=p_text(row.p_value),
            k=row.k,
            patterns=row.n_patterns,
        )
        for row in result.missing_test
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
        lines += [
            Line(
                cells=suppressible(row, "answer", "n", "share", hidden=("n", "share")), indent=1
            )
            for row in rows
        ]
    return Table(
        id="quality_asides",
        title=Text(id="title.quality.asides"),
        heads=heads("answer", "n", "share"),
        lines=tuple(lines),
        notes=(
            (Text(id="note.quality.asides"), *_everyone(result)),
            *suppression_note(result.asides, result.min_cell),
        ),
        glossary=result.glossary,
    )


def _everyone(result: QualityResult) -> Note:
    return sample_note(result.sample)
