"""Tables of groups that were aligned."""

from __future__ import annotations

from campaign_effect.analyses.sem.alignment_rows import AlignedParameter, AlignmentResult
from campaign_effect.apa.blocks import Cell, Line, Note, Table, Text
from campaign_effect.apa.tables.confirmatory import parameter_text
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    sample_note,
    tables,
    values,
)


@tables.register
def _(result: AlignmentResult) -> tuple[Table, ...]:
    return (_means(result), _parameters(result))


def _means(result: AlignmentResult) -> Table:
    """Rank the groups on each factor, the highest mean first."""
    fields = ("group", "n", "estimate", "std_error", "statistic", "p_value")
    lines: list[Line] = []
    for factor, rows in grouped(result.means, "factor").items():
        lines.append(heading(factor))
        ranked = sorted(rows, key=lambda row: -row.estimate)
        lines += [
            Line(cells=values(row, *fields, "conf_low:conf_high", "sd"), indent=1)
            for row in ranked
        ]
    columns = ("group", "n", "mean", "std_error", "z", "p_value", "ci", "sd")
    return Table(
        id="alignment_means",
        title=Text.of("title.alignment.means", by=result.by),
        heads=heads(*columns, level=result.level),
        lines=tuple(lines),
        notes=(_means_note(result),),
        glossary=result.glossary,
    )


def _means_note(result: AlignmentResult) -> Note:
    kind = "free" if result.reference is None else "fixed"
    return (
        Text.of(f"note.alignment.{kind}", reference=result.reference or ""),
        Text.of("note.alignment.means", estimator=result.estimator),
        *sample_note(result.sample),
    )


def _parameters(result: AlignmentResult) -> Table:
    lines: list[Line] = []
    for factor, rows in grouped(result.parameters, "factor").items():
        lines.append(heading(factor))
        lines += [Line(cells=_parameter(result, row), indent=1) for row in rows]
    return Table(
        id="alignment_parameters",
        title=Text.of("title.alignment.parameters", by=result.by),
        heads=heads("parameter", "aligned_average", "r2", "groups_sharing", "groups_differing"),
        lines=tuple(lines),
        notes=((Text(id="note.alignment.parameters"),),),
        glossary=result.glossary,
    )


def _parameter(result: AlignmentResult, row: AlignedParameter) -> tuple[Cell, ...]:
    differing = tuple(
        one.group
        for one in result.values
        if (one.factor, one.lhs, one.op, one.rhs) == (row.factor, row.lhs, row.op, row.rhs)
        and not one.is_invariant
    )
    return (
        parameter_text(row),
        *values(row, "estimate", "r2"),
        Text.of("word.met_of", met=row.n_invariant, k=row.n_groups),
        Text.of("word.name", name=differing) if differing else None,
    )
