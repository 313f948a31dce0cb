"""Tables that examiners of Indonesian theses ask for."""

from __future__ import annotations

from campaign_effect.analyses.thesis import Attainment, ItemValidity, ThesisResult
from campaign_effect.apa.blocks import Cell, Line, Table, Text, Value
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    sample_note,
    tables,
    values,
)
from campaign_effect.results import Kind

BAND = "band."


@tables.register
def _(result: ThesisResult) -> tuple[Table, ...]:
    made = (_validity(result), _reliability(result), _attainment(result))
    return tuple(table for table in made if table.lines)


def _validity(result: ThesisResult) -> Table:
    lines: list[Line] = []
    for construct, rows in grouped(result.validity, "construct").items():
        lines.append(heading(construct))
        lines += [Line(cells=_item(row), indent=1) for row in rows]
    return Table(
        id="thesis_validity",
        title=Text(id="title.thesis.validity"),
        heads=heads(
            *("item", "r_total", "r_corrected", "critical_r", "sig", "decision"),
            "decision_corrected",
        ),
        lines=tuple(lines),
        notes=(
            (
                Text.of("note.thesis.validity", significance=1 - result.level),
                *sample_note(result.sample_of("validity")),
            ),
        ),
        glossary=result.glossary,
    )


def _item(row: ItemValidity) -> tuple[Cell, ...]:
    def precise(value: float | None) -> Value:
        return Value(value=value, kind=Kind.BOUNDED, digits=3)

    return (
        *values(row, "item"),
        precise(row.item_total_r),
        precise(row.item_rest_r),
        precise(row.critical_r),
        *values(row, "p_value"),
        Text(id="word.valid" if row.is_valid else "word.not_valid"),
        Text(id="word.valid" if row.is_valid_corrected else "word.not_valid"),
    )


def _reliability(result: ThesisResult) -> Table:
    return Table(
        id="thesis_reliability",
        title=Text(id="title.thesis.reliability"),
        heads=heads("construct", "k", "n", "alpha", "cutoff", "decision"),
        lines=tuple(
            Line(
                cells=(
                    *values(row, "construct", "k", "n"),
                    Value(value=row.alpha, kind=Kind.BOUNDED, digits=3),
                    Value(value=row.cutoff, kind=Kind.BOUNDED),
                    Text(id="word.reliable" if row.is_reliable else "word.not_reliable"),
                )
            )
            for row in result.reliability
        ),
        notes=((Text(id="note.thesis.reliability"),),),
        glossary=result.glossary,
    )


def _attainment(result: ThesisResult) -> Table:
    lines: list[Line] = []
    for construct, rows in grouped(result.attainment, "construct").items():
        lines.append(heading(construct))
        lines += [Line(cells=_rating(row), indent=1) for row in rows]
    bands = tuple(
        Text.of("word.band", band=_band(name), least=least) for least, name in result.bands
    )
    return Table(
        id="thesis_attainment",
        title=Text(id="title.thesis.attainment"),
        heads=heads("item", "n", "mean", "high_score", "tcr", "band"),
        lines=tuple(lines),
        notes=((Text.of("note.thesis.attainment", bands=bands),),),
        glossary=result.glossary,
    )


def _rating(row: Attainment) -> tuple[Cell, ...]:
    stub: Cell = Text(id="word.construct_mean")
    if row.item is not None:
        stub = Value(value=row.item, kind=Kind.NAME)
    high = Value(value=row.high, kind=Kind.DF)  # whole where it is
    return (stub, *values(row, "n", "mean"), high, *values(row, "attainment"), _band(row.band))


def _band(name: str) -> Text:
    """Say a band by its wording, or by the name that was given."""
    return Text(id=name) if name.startswith(BAND) else Text.of("word.literal", text=name)
