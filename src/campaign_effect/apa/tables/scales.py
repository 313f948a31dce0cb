"""Tables of reliability."""

from __future__ import annotations

from campaign_effect.analyses.reliability import ReliabilityResult
from campaign_effect.apa.blocks import Line, Note, Table, Text
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    sample_note,
    tables,
    values,
)


@tables.register
def _(result: ReliabilityResult) -> tuple[Table, ...]:
    return (_scales(result), _items(result))


def _scales(result: ReliabilityResult) -> Table:
    return Table(
        id="reliability_scales",
        title=Text(id="title.reliability.scales"),
        heads=heads(
            "construct",
            "k",
            "n",
            "alpha",
            "ci",
            "alpha_standardised",
            "average_r",
            level=result.level,
        ),
        lines=tuple(
            Line(
                cells=values(
                    row,
                    "construct",
                    "k",
                    "n",
                    "alpha",
                    "conf_low:conf_high",
                    "alpha_standardised",
                    "average_r",
                )
            )
            for row in result.scales
        ),
        notes=(_note(result),),
        glossary=result.glossary,
    )


def _items(result: ReliabilityResult) -> Table:
    lines: list[Line] = []
    for construct, rows in grouped(result.items, "construct").items():
        lines.append(heading(construct))
        lines += [
            Line(
                cells=values(
                    row, "item", "mean", "sd", "item_total_r", "item_rest_r", "alpha_if_dropped"
                ),
                indent=1,
            )
            for row in rows
        ]
    return Table(
        id="reliability_items",
        title=Text(id="title.reliability.items"),
        heads=heads("item", "mean", "sd", "item_total_r", "item_rest_r", "alpha_if_dropped"),
        lines=tuple(lines),
        notes=((Text(id="note.reliability.items"),),),
        glossary=result.glossary,
    )


def _note(result: ReliabilityResult) -> Note:
    return (
        Text.of("note.reliability.scales", level=result.level),
        *sample_note(result.sample),
    )
