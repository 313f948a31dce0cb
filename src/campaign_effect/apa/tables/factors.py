"""Tables of exploratory factors."""

from __future__ import annotations

from campaign_effect.analyses.factors import FactorResult
from campaign_effect.analyses.factors.rows import Loading
from campaign_effect.apa.blocks import Cell, Head, Line, Note, Table, Text, Value
from campaign_effect.apa.tables.generic import (
    complete_note,
    grouped,
    heading,
    heads,
    tables,
    values,
)
from campaign_effect.apa.tables.models import p_text
from campaign_effect.results import Kind

MORE_PLACES = 3
"""Eigenvalues shown beyond the largest number of factors that a criterion asks for."""


@tables.register
def _(result: FactorResult) -> tuple[Table, ...]:
    return (_eigenvalues(result), _loadings(result))


def _eigenvalues(result: FactorResult) -> Table:
    most = max(row.n_factors for row in result.suggestions) + MORE_PLACES
    fields = ("place", "component", "component_mean", "component_quantile", "factor")
    criteria = tuple(
        Text.of("word.criterion", criterion=Text(id=row.criterion), n=row.n_factors)
        for row in result.suggestions
    )
    spanned = (("component", 3), ("factor", 2))
    spanners = [Text(id=f"word.of_{name}s") for name, width in spanned for _ in range(width)]
    columns = (
        "observed",
        "parallel_mean",
        "parallel_quantile",
        "observed",
        "parallel_quantile",
    )
    return Table(
        id="factors_eigenvalues",
        title=Text(id="title.factors.eigenvalues"),
        heads=(
            *heads("place"),
            *(
                Head(text=Text(id=f"column.{column}"), spanner=spanner)
                for column, spanner in zip(columns, spanners, strict=True)
            ),
            *heads("map"),
        ),
        lines=tuple(
            Line(cells=(*values(row, *fields, "factor_quantile"), _precise(row.map)))
            for row in result.eigenvalues[:most]
        ),
        notes=((Text.of("note.factors.eigenvalues", n=result.n_draws, criteria=criteria),),),
        glossary=result.glossary,
    )


def _precise(value: float | None) -> Value:
    return Value(value=value, kind=Kind.BOUNDED, digits=3)


def _loadings(result: FactorResult) -> Table:
    m = len(result.factors)
    kmo = {row.item: row.kmo for row in result.adequacy}
    by_item = grouped(result.loadings, "item")
    lines = [_item(item, rows, kmo[item]) for item, rows in by_item.items()]
    lines += [
        heading("word.explained", Kind.WORD),
        _line("word.variance", [_number(row.variance) for row in result.factors]),
        _line("word.share", [_share(row.share) for row in result.factors]),
        *_correlations(result, m),
    ]
    numbers = (Head(text=Text.of("word.factor", number=j + 1)) for j in range(m))
    return Table(
        id="factors_loadings",
        title=Text.of("title.factors.loadings", n=m),
        heads=(*heads("item"), *numbers, *heads("h2", "u2", "complexity", "kmo")),
        lines=tuple(lines),
        notes=_notes(result),
        glossary=result.glossary,
    )


def _item(item: str, rows: list[Loading], kmo: float) -> Line:
    cells: list[Cell] = [Value(value=item, kind=Kind.NAME)]
    cells += [Value(value=row.estimate, kind=Kind.BOUNDED) for row in rows]
    cells += values(rows[0], "communality", "uniqueness", "complexity")
    return Line(cells=(*cells, Value(value=kmo, kind=Kind.BOUNDED)))


def _correlations(result: FactorResult, m: int) -> list[Line]:
    """Give the lower triangle of the factors' correlations, where they may correlate."""
    found = {(row.factor_1, row.factor_2): row.estimate for row in result.factor_correlations}
    if not any(found.values()):
        return []
    lines = [heading("word.factor_correlations", Kind.WORD)]
    for i in range(2, m + 1):
        cells: list[Cell] = [_bounded(found[i, j]) for j in range(1, i)]
        lines.append(Line(cells=(Text.of("word.factor", number=i), *cells), indent=1))
    return [_filled(line, m) for line in lines]


def _filled(line: Line, m: int) -> Line:
    """Leave the columns right of a factor line's last number empty."""
    if len(line.cells) == 1:
        return line
    missing: tuple[Cell, ...] = (None,) * (m + 5 - len(line.cells))
    return Line(cells=(*line.cells, *missing), indent=line.indent)


def _line(word: str, cells: list[Cell]) -> Line:
    blank: tuple[Cell, ...] = (None,) * 4
    return Line(cells=(Text(id=word), *cells, *blank), indent=1)


def _number(value: float) -> Cell:
    return Value(value=value, kind=Kind.NUMBER)


def _share(value: float) -> Cell:
    return Value(value=value, kind=Kind.PROPORTION)


def _bounded(value: float) -> Cell:
    return Value(value=value, kind=Kind.BOUNDED)


def _notes(result: FactorResult) -> tuple[Note, ...]:
    fit = result.fit[0]
    general = (
        Text.of(
            "note.factors.loadings",
            extraction=Text(id=f"extraction.{result.extraction}"),
            rotation=Text(id=f"rotation.{result.rotation}"),
            basis=Text(id=f"basis.{result.basis}"),
        ),
        *complete_note(result.sample),
    )
    if fit.p_value is None:
        return (general,)
    said = Text.of(
        "note.factors.fit",
        chi2=fit.statistic,
        df=fit.df,
        p=p_text(fit.p_value),
        rmsea=fit.rmsea,
        low=fit.rmsea_low,
        high=fit.rmsea_high,
        tli=fit.tli,
        rmsr=fit.rmsr,
        bic=fit.bic,
    )
    return (general, (said,))
