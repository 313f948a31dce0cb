"""The table of limits that were simulated for one model."""

from __future__ import annotations

from campaign_effect.analyses.sem.cutoff_rows import CutoffResult, FitCutoff, OmittedParameter
from campaign_effect.apa.blocks import Cell, Head, Line, Table, Text, Value
from campaign_effect.apa.tables.confirmatory import FIT_DIGITS, parameter_text
from campaign_effect.apa.tables.generic import heads, sample_note, tables
from campaign_effect.results import Kind

INDICES = ("srmr", "rmsea", "cfi")


@tables.register
def _(result: CutoffResult) -> tuple[Table, ...]:
    columns = [
        Head(text=head.text, spanner=Text(id=f"column.{index}"))
        for index in INDICES
        for head in heads("limit", "rate")
    ]
    observed = [_index(getattr(result.observed[0], name)) for name in INDICES]
    own = (cell for index in observed for cell in (index, None))
    first = Line(cells=(Text(id="word.this_model"), None, *own))
    note = Text.of(
        "note.cutoffs.levels",
        estimator=result.estimator,
        n=result.n,
        replications=result.replications,
        seed=result.seed,
    )
    return (
        Table(
            id="cutoffs_levels",
            title=Text(id="title.cutoffs.levels"),
            heads=(*heads("misfit", "left_out"), *columns),
            lines=(first, *(_level(result, row) for row in result.cutoffs)),
            notes=((note, Text(id="note.cutoffs.use"), *sample_note(result.sample)),),
            glossary=result.glossary,
        ),
    )


def _level(result: CutoffResult, row: FitCutoff) -> Line:
    cells: list[Cell] = []
    for name in INDICES:
        rate = getattr(row, f"{name}_rate")
        cells += [_index(getattr(row, name)), Value(value=rate, kind=Kind.PERCENT)]
    added = tuple(_left_out(one) for one in result.omitted if one.level == row.level)
    left_out = Text.of("word.and_more" if row.level > 1 else "word.joined", parts=added)
    return Line(cells=(Text.of("word.misfit", level=row.level), left_out, *cells))


def _left_out(one: OmittedParameter) -> Text:
    return Text.of("word.omitted", parameter=parameter_text(one), value=one.estimate)


def _index(value: float | None) -> Value:
    return Value(value=value, kind=Kind.BOUNDED, digits=FIT_DIGITS)
