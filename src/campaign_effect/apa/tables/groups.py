"""Tables of compared groups."""

from __future__ import annotations

from campaign_effect.analyses.groups import GroupsResult, GroupTest
from campaign_effect.apa.blocks import Cell, Line, Table, Text
from campaign_effect.apa.tables.generic import (
    grouped,
    heading,
    heads,
    sample_note,
    tables,
    values,
)


@tables.register
def _(result: GroupsResult) -> tuple[Table, ...]:
    made = (_means(result), _tests(result), _pairs(result))
    return tuple(table for table in made if table.lines)


def _means(result: GroupsResult) -> Table:
    columns = ("group", "n", "mean", "sd", "median")
    lines: list[Line] = []
    for variable, rows in grouped(result.means, "variable").items():
        lines.append(heading(variable))
        lines += [Line(cells=values(row, *columns), indent=1) for row in rows]
    return Table(
        id="groups_means",
        title=Text(id="title.groups.means"),
        heads=heads(*columns),
        lines=tuple(lines),
        notes=(sample_note(result.sample),),
        glossary=result.glossary,
    )


def _tests(result: GroupsResult) -> Table:
    columns = ("test", "statistic", "df", "p_value", "effect", "effect_size")
    lines: list[Line] = []
    for variable, rows in grouped(result.tests, "variable").items():
        lines.append(heading(variable))
        lines += [Line(cells=_test_cells(row), indent=1) for row in rows]
    return Table(
        id="groups_tests",
        title=Text(id="title.groups.tests"),
        heads=heads(*columns, "ci", level=0.95),
        lines=tuple(lines),
        notes=((Text(id="note.groups.tests"),),),
        glossary=result.glossary,
    )


def _test_cells(row: GroupTest) -> tuple[Cell, ...]:
    df: Cell = values(row, "df")[0]
    if row.df_2 is not None:
        df = Text.of("word.two_df", df=row.df, df_2=row.df_2)
    before = values(row, "test", "statistic")
    after = values(row, "p_value", "effect", "estimate", "conf_low:conf_high")
    return (*before, df, *after)


def _pairs(result: GroupsResult) -> Table:
    columns = ("estimate", "std_error", "statistic", "df", "p_value")
    lines: list[Line] = []
    for variable, rows in grouped(result.pairs, "variable").items():
        lines.append(heading(variable))
        lines += [
            Line(
                cells=(
                    Text.of("word.versus", one=row.group_1, other=row.group_2),
                    *values(row, *columns),
                ),
                indent=1,
            )
            for row in rows
        ]
    return Table(
        id="groups_pairs",
        title=Text(id="title.groups.pairs"),
        heads=heads("group", "difference", *columns[1:]),
        lines=tuple(lines),
        notes=((Text(id="note.groups.pairs"),),),
        glossary=result.glossary,
    )
