"""Tables of factor and structural models."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from campaign_effect.analyses.sem.alignment_rows import AlignedParameter
from campaign_effect.analyses.sem.cutoff_rows import OmittedParameter
from campaign_effect.analyses.sem.rows import (
    ConfirmatoryResult,
    FactorFit,
    Loading,
    ModelParameter,
    ModificationIndex,
    ReleaseTest,
)
from campaign_effect.apa.blocks import Cell, Head, Interval, Line, Note, Table, Text, Value
from campaign_effect.apa.tables.generic import heading, heads, sample_note, tables, values
from campaign_effect.results import Kind

FIT_DIGITS = 3
"""Of fit indices, whose customary limits have as many."""

MOST_MODIFICATIONS = 10
CRITICAL = 3.84
"""Of chi-square with 1 df at 5%: smaller modification indices are noise."""


@tables.register
def _(result: ConfirmatoryResult) -> tuple[Table, ...]:
    measured = (_loadings(result), _paths(result))
    judged = (_fit(result), _correlations(result), _modifications(result))
    made = (*measured, *judged)
    return tuple(table for table in made if table.lines)


def _loadings(result: ConfirmatoryResult) -> Table:
    columns = _estimate_columns(result, result.loadings)
    lines: list[Line] = []
    for group in _groups(result):
        lines += [] if group is None else [heading(group)]
        indent = 0 if group is None else 1
        for factor in result.fitted.solution.table.latent:
            rows = [r for r in result.loadings if (r.group, r.factor) == (group, factor)]
            if rows:
                stub = Value(value=factor, kind=Kind.NAME)
                lines.append(Line(cells=(stub,), indent=indent))
                lines += [_loading(result, row, columns, indent + 1) for row in rows]
    return Table(
        id=f"{result.name}_loadings",
        title=Text(id="title.confirmatory.loadings"),
        heads=heads("item", *columns, "r2", level=result.level),
        lines=tuple(lines),
        notes=_estimate_notes(result, "estimates"),
        glossary=result.glossary,
    )


def _loading(
    result: ConfirmatoryResult, row: Loading, columns: Sequence[str], indent: int
) -> Line:
    explained = {(one.group, one.variable): one.r2 for one in result.r2}
    r2 = Value(value=explained.get((row.group, row.item)), kind=Kind.BOUNDED)
    stub = Value(value=row.item, kind=Kind.NAME)
    return Line(cells=(stub, *_estimate_cells(row, columns), r2), indent=indent)


def _estimate_columns(
    result: ConfirmatoryResult, rows: Sequence[Loading] | Sequence[ModelParameter]
) -> list[str]:
    """Choose columns: no test where none is honest, one estimate where both are the same."""
    test = ["z", "p_value"] if any(row.p_value is not None for row in rows) else []
    is_same = all(
        row.std_all is not None and math.isclose(row.estimate, row.std_all, abs_tol=1e-9)
        for row in rows
    )
    if is_same:
        return ["std_all", "std_all_error", *test, "std_all_ci"]
    return ["estimate", "std_error", *test, "std_all", "std_all_ci"]


def _estimate_cells(row: Loading | ModelParameter, columns: Sequence[str]) -> tuple[Cell, ...]:
    fields = {"z": "statistic"}
    return tuple(
        Interval(low=row.std_all_low, high=row.std_all_high, kind=Kind.BOUNDED)
        if column == "std_all_ci"
        else Value(value=row.std_all, kind=Kind.BOUNDED)
        if column == "std_all"
        else values(row, fields.get(column, column))[0]
        for column in columns
    )


def _estimate_notes(result: ConfirmatoryResult, columns: str) -> tuple[Note, ...]:
    """Say the estimator, what the columns are, and where the errors come from."""
    estimator = result.fit[0].estimator
    said = [Text.of(f"note.confirmatory.{columns}", estimator=estimator)]
    reps = result.fitted.replicates
    if reps is not None and reps.n_clusters:
        facts = {"reps": reps.n_reps, "n": reps.n_clusters}
        said.append(Text.of("note.confirmatory.villages", **facts))
    elif reps is not None:
        said.append(Text.of("note.confirmatory.resampled", reps=reps.n_reps))
    if columns == "estimates":
        said += sample_note(result.sample)
    return (tuple(said),)


def _paths(result: ConfirmatoryResult) -> Table:
    """Lay out regressions below their outcomes, then defined effects."""
    rows = [row for row in result.parameters if row.op == "~"]
    defined = [row for row in result.parameters if row.op == ":="]
    columns = _estimate_columns(result, [*rows, *defined])
    lines: list[Line] = []
    for group in _groups(result):
        lines += [] if group is None else [heading(group)]
        for outcome in dict.fromkeys(row.lhs for row in rows):
            own = [row for row in rows if (row.group, row.lhs) == (group, outcome)]
            lines += [heading(outcome), *_path_lines(own, columns)]
    if defined:
        lines.append(heading("word.defined", Kind.WORD))
        lines += [
            Line(cells=(_definition(row), *_estimate_cells(row, columns)), indent=1)
            for row in defined
        ]
    return Table(
        id=f"{result.name}_paths",
        title=Text(id="title.confirmatory.paths"),
        heads=heads("term", *columns, level=result.level),
        lines=tuple(lines),
        notes=_estimate_notes(result, "paths"),
        glossary=result.glossary,
    )


def _path_lines(rows: Sequence[ModelParameter], columns: Sequence[str]) -> Iterator[Line]:
    for row in rows:
        stub = Value(value=row.rhs, kind=Kind.NAME)
        yield Line(cells=(stub, *_estimate_cells(row, columns)), indent=1)


def _definition(row: ModelParameter) -> Text:
    return Text.of("word.definition", name=row.lhs, text=row.rhs)


def _fit(result: ConfirmatoryResult) -> Table:
    row = result.fit[0]
    endings = [e for e in ("", "_scaled", "_robust") if getattr(row, f"cfi{e}") is not None]
    if "_scaled" in endings and row.log_likelihood is None:
        endings.remove("")  # without its scaling the test of least squares has no meaning
    columns = ("version", "chi2", "df", "p_value", "cfi", "tli", "rmsea", "lower", "upper")
    spanner = Text.of("column.ci", level=0.90)
    shown = [
        Head(text=head.text, spanner=spanner if name in ("lower", "upper") else None)
        for name, head in zip(columns, heads(*columns), strict=True)
    ]
    return Table(
        id=f"{result.name}_fit",
        title=Text(id="title.confirmatory.fit"),
        heads=(*shown, *heads("srmr")),
        lines=tuple(_fit_line(row, ending) for ending in endings),
        notes=(_fit_note(row),),
        glossary=result.glossary,
    )


def _fit_line(row: FactorFit, ending: str) -> Line:
    """Show one version of the indices; the robust one has no test of its own."""
    version = Text(id=f"word.version{ending or '_standard'}")
    has_test = ending != "_robust"
    test = [
        Value(value=getattr(row, f"{name}{ending}") if has_test else None, kind=kind)
        for name, kind in (("chi2", Kind.NUMBER), ("df", Kind.DF), ("p_value", Kind.P_VALUE))
    ]
    names = [f"{name}{ending}" for name in ("cfi", "tli", "rmsea", "rmsea_low", "rmsea_high")]
    indices = [
        Value(value=getattr(row, name), kind=Kind.BOUNDED, digits=FIT_DIGITS)
        for name in (*names, "srmr")
    ]
    return Line(cells=(version, *test, *indices))


def _fit_note(row: FactorFit) -> Note:
    said = [
        Text.of(
            "note.confirmatory.fit", estimator=row.estimator, n=row.n, parameters=row.n_free
        )
    ]
    if row.aic is not None:
        said.append(Text.of("note.confirmatory.criteria", aic=row.aic, bic=row.bic))
    return tuple(said)


def _correlations(result: ConfirmatoryResult) -> Table:
    """Lay out reliability, variance extracted and correlations of the factors."""
    factors = [f for f in result.fitted.solution.table.latent]
    lines: list[Line] = []
    for group in _groups(result):
        lines += [] if group is None else [heading(group)]
        lines += [
            _factor_line(result, group, factors[: place + 1]) for place in range(len(factors))
        ]
    numbers = [Head(text=Text.of("word.number", number=i + 1)) for i in range(len(factors))]
    note = (Text(id="note.confirmatory.factors"),)
    return Table(
        id=f"{result.name}_factors",
        title=Text(id=f"title.confirmatory.{'factors' if result.reliability else 'related'}"),
        heads=(*heads("factor", *_measures(result)), *numbers),
        lines=tuple(lines),
        notes=(note,) if result.reliability else (),
        glossary=result.glossary,
    )


def _measures(result: ConfirmatoryResult) -> tuple[str, ...]:
    """Name what is said of each factor; given predictors, its items' sums are not modelled."""
    return ("k", "omega", "ave") if result.reliability else ()


def _factor_line(result: ConfirmatoryResult, group: str | None, factors: Sequence[str]) -> Line:
    """Show one factor and its correlations with those above it."""
    own = factors[-1]
    found = {(row.group, row.factor): row for row in result.reliability}
    row = found.get((group, own))
    stub = Text.of("word.numbered", number=len(factors), name=own)
    cells: list[Cell] = [stub]
    names = _measures(result)
    cells += [None] * len(names) if row is None else values(row, *names)
    pairs = {
        frozenset((r.factor_1, r.factor_2)): r.estimate
        for r in result.correlations
        if r.group == group
    }
    cells += [
        Value(value=pairs[frozenset((own, other))], kind=Kind.BOUNDED) for other in factors[:-1]
    ]
    root = None if row is None else Text.of("word.in_brackets", alpha=math.sqrt(row.ave))
    cells.append(root)
    width = 1 + len(names) + len(result.fitted.solution.table.latent)
    return Line(cells=(*cells, *[None] * (width - len(cells))))


def _modifications(result: ConfirmatoryResult) -> Table:
    rows = [row for row in result.modification if row.mi > CRITICAL][:MOST_MODIFICATIONS]
    has_groups = any(row.group for row in rows)
    columns = (*(("group",) if has_groups else ()), "mi", "epc", "sepc_all")
    return Table(
        id=f"{result.name}_modification",
        title=Text(id="title.confirmatory.modification"),
        heads=heads("parameter", *columns),
        lines=tuple(Line(cells=(parameter_text(row), *values(row, *columns))) for row in rows),
        notes=((Text.of("note.confirmatory.modification", cutoff=CRITICAL),),),
        glossary=result.glossary,
    )


def parameter_text(
    row: ModificationIndex | ReleaseTest | AlignedParameter | OmittedParameter,
) -> Text:
    """Name a parameter by what it joins."""
    known = {"=~": "loading", "~~": "covariance", "~": "path", "~1": "intercept"}
    word = known.get(row.op, "threshold" if row.op == "|" else "other")
    return Text.of(f"parameter.{word}", left=row.lhs, right=row.rhs)


def _groups(result: ConfirmatoryResult) -> tuple[str | None, ...]:
    return result.fitted.groups
