"""Tables of convergent and discriminant validity."""

from __future__ import annotations

from campaign_effect.analyses.validity import ValidityResult
from campaign_effect.analyses.validity.rows import Check, CrossLoading
from campaign_effect.apa.blocks import Cell, Head, Interval, Line, Table, Text, Value
from campaign_effect.apa.tables.generic import (
    complete_note,
    grouped,
    heading,
    heads,
    tables,
    values,
)
from campaign_effect.results import Kind

OWN = "a"
"""Mark of an item's correlation with its own construct."""

NUMBERS = frozenset({"check.vif", "check.htmt_high", "check.htmt"})
"""Criteria whose value may exceed 1."""


@tables.register
def _(result: ValidityResult) -> tuple[Table, ...]:
    makers = (_convergent, _larcker, _htmt, _loadings, _checklist)
    made = (make(result) for make in makers)
    return tuple(table for table in made if table.lines)


def _convergent(result: ValidityResult) -> Table:
    vif = {row.construct: row.vif for row in result.collinearity}
    columns = ("construct", "k", "smallest_loading", "alpha", "composite_reliability", "ave")
    return Table(
        id="validity_convergent",
        title=Text(id="title.validity.convergent"),
        heads=heads(*columns, "vif"),
        lines=tuple(
            Line(
                cells=(
                    *values(row, *columns),
                    Value(value=vif.get(row.construct), kind=Kind.NUMBER),
                )
            )
            for row in result.convergent
        ),
        notes=((Text(id="note.validity.convergent"), *complete_note(result.sample)),),
        glossary=result.glossary,
    )


def _larcker(result: ValidityResult) -> Table:
    """Show the lower triangle, with the root of AVE on the diagonal."""
    names = [row.construct for row in result.convergent]
    found = {(r.construct_1, r.construct_2): r.estimate for r in result.fornell_larcker}
    lines = []
    for i, name in enumerate(names):
        cells: list[Cell] = [_bounded(found[name, other]) for other in names[:i]]
        cells.append(Text.of("word.strong", value=found[name, name]))
        cells += [None] * (len(names) - i - 1)
        lines.append(Line(cells=(Text.of("word.numbered", number=i + 1, name=name), *cells)))
    numbers = (Head(text=Text.of("word.number", number=i + 1)) for i in range(len(names)))
    return Table(
        id="validity_fornell_larcker",
        title=Text(id="title.validity.fornell_larcker"),
        heads=(*heads("construct"), *numbers),
        lines=tuple(lines) if len(names) > 1 else (),
        notes=((Text(id="note.validity.fornell_larcker"),),),
        glossary=result.glossary,
    )


def _htmt(result: ValidityResult) -> Table:
    reps = next((row.n_reps for row in result.htmt if row.n_reps), None)
    lines = []
    for row in result.htmt:
        pair = Text.of("word.pair", one=row.construct_1, other=row.construct_2)
        cells: tuple[Cell, ...] = (*values(row, "htmt"), *values(row, "htmt2"))
        if reps:
            first = Interval(low=row.htmt_low, high=row.htmt_high, kind=Kind.NUMBER)
            second = Interval(low=row.htmt2_low, high=row.htmt2_high, kind=Kind.NUMBER)
            cells = (cells[0], first, cells[1], second, *values(row, "failed"))
        lines.append(Line(cells=(pair, *cells)))
    columns = (
        ("pair", "htmt", "ci", "htmt2", "ci", "failed") if reps else ("pair", "htmt", "htmt2")
    )
    about = Text(id="note.validity.htmt")
    said = (Text.of("note.validity.htmt_interval", reps=reps),) if reps else ()
    return Table(
        id="validity_htmt",
        title=Text(id="title.validity.htmt"),
        heads=heads(*columns, level=result.level),
        lines=tuple(lines),
        notes=((about, *said),),
        glossary=result.glossary,
    )


def _loadings(result: ValidityResult) -> Table:
    """Show loadings beside the correlations with every construct's score."""
    crossed = grouped(result.cross_loadings, "item")
    names = list(dict.fromkeys(row.construct for row in result.cross_loadings))
    lines: list[Line] = []
    for construct, rows in grouped(result.loadings, "construct").items():
        lines.append(heading(construct))
        for row in rows:
            others = {one.construct: one for one in crossed.get(row.item, [])}
            cells = values(row, "item", "estimate", "conf_low:conf_high")
            lines.append(
                Line(cells=(*cells, *(_crossed(others.get(name)) for name in names)), indent=1)
            )
    spanner = Text(id="word.r_with_scores")
    return Table(
        id="validity_loadings",
        title=Text(id="title.validity.loadings"),
        heads=(
            *heads("item", "loading", "ci", level=result.level),
            *(Head(text=Text.of("word.name", name=name), spanner=spanner) for name in names),
        ),
        lines=tuple(lines),
        notes=(
            (Text(id="note.validity.loadings"),),
            *([(Text(id="note.validity.own"),)] if names else []),
        ),
        glossary=result.glossary,
    )


def _crossed(row: CrossLoading | None) -> Cell:
    if row is None:
        return None
    return Value(value=row.estimate, kind=Kind.BOUNDED, mark=OWN if row.is_own else "")


def _checklist(result: ValidityResult) -> Table:
    return Table(
        id="validity_checklist",
        title=Text(id="title.validity.checklist"),
        heads=heads("criterion", "worst", "where", "met", "decision"),
        lines=tuple(Line(cells=_check(row)) for row in result.checklist),
        notes=((Text(id="note.validity.checklist"),),),
        glossary=result.glossary,
    )


def _check(row: Check) -> tuple[Cell, ...]:
    kind = Kind.NUMBER if row.criterion in NUMBERS else Kind.BOUNDED
    digits = 3 if row.criterion == "check.loading" else 2
    return (
        Text(id=row.criterion),
        Value(value=row.estimate, kind=kind, digits=digits),
        _where(row),
        Text.of("word.met_of", met=row.n_met, k=row.k),
        Text(id="word.all_met" if row.is_met else "word.not_met"),
    )


def _where(row: Check) -> Cell:
    if row.item is not None:
        return Value(value=row.item, kind=Kind.NAME)
    if row.construct_2 is not None:
        return Text.of("word.pair", one=row.construct_1, other=row.construct_2)
    return Value(value=row.construct_1, kind=Kind.NAME)


def _bounded(value: float) -> Cell:
    return Value(value=value, kind=Kind.BOUNDED)
