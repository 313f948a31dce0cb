"""Tables of effects corrected for measurement error."""

from __future__ import annotations

from campaign_effect.analyses.effects.measurement_error_rows import (
    CalibratedEffect,
    ExposureReliability,
    MeasurementErrorResult,
)
from campaign_effect.apa.blocks import Line, Table, Text
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    sample_note,
    tables,
    values,
)
from campaign_effect.apa.tables.models import in_unit, unit_of


@tables.register
def _(result: MeasurementErrorResult) -> tuple[Table, ...]:
    units = grouped(result.effects, "model")
    return tuple(_table(result, rows) for rows in units.values())


def _table(result: MeasurementErrorResult, rows: list[CalibratedEffect]) -> Table:
    fields = (
        *("coefficient", "coefficient_error", "estimate", "std_error"),
        *("conf_low:conf_high", "p_value"),
    )
    lines: list[Line] = []
    notes: list[Text] = []
    for outcome, found in grouped(rows, "outcome").items():
        lines.append(heading(outcome))
        lines += [
            Line(
                cells=(
                    *values(row, "correction"),
                    *(in_unit(cell, row) for cell in values(row, *fields)),
                ),
                indent=1,
            )
            for row in found
        ]
        facts = next(one for one in result.reliability if one.outcome == outcome)
        notes += _basis(facts), *sample_note(result.sample_of(outcome))
    return Table(
        id=f"measurement_error_{rows[0].term}",
        title=Text.of(f"title.measurement_error.{unit_of(rows[0])}", term=rows[0].term),
        heads=heads(
            *("correction", "estimate", "std_error", "ame", "std_error", "ci", "p_value"),
            level=result.level,
        ),
        lines=tuple(lines),
        notes=((Text(id="note.measurement_error"), *notes),),
        glossary=result.glossary,
    )


def _basis(row: ExposureReliability) -> Text:
    """Say what the correction of one outcome rests on."""
    return Text.of(
        "note.measurement_basis",
        outcome=row.outcome,
        source=row.source,
        reliability=row.reliability,
        r2=row.r2,
        attenuation=row.attenuation,
        error=row.std_error,
        reps=row.n_reps,
        failed=row.n_failed,
    )
