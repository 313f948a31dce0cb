"""The columns of a table that a schema speaks of, and their cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from campaign_effect.errors import MissingColumnsError
from campaign_effect.readers.frame import as_text
from campaign_effect.readers.table import Column, RawTable
from campaign_effect.results import Notice
from campaign_effect.schema.labels import normalise
from campaign_effect.schema.model import Point, Schema, Variable
from campaign_effect.survey.coding import Cells

_JOINTS: Final = (
    *("{stem}/{word}", "{stem}[{word}]", "{stem} [{word}]", "{stem}_{word}"),
    *("{stem}.{word}", "{stem}:{word}", "{stem} - {word}", "{stem}{word}"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a table by name and by alias.

    Attributes
    ----------
    table : RawTable
    said : dict of str to Column
        By name.
    aliases : dict of str to str
        The name of a column by its alias.
    """

    table: RawTable
    said: dict[str, Column]
    aliases: dict[str, str]

    @classmethod
    def of(cls, table: RawTable) -> Columns:
        """Index the columns of a table."""
        said = {column.name: column for column in table.columns}
        aliases = {column.alias: column.name for column in table.columns if column.alias}
        return cls(table=table, said=said, aliases=aliases)

    def find(self, names: Iterable[str]) -> list[str]:
        """Give the columns of the table that these names mean, in their order."""
        found = (name if name in self.said else self.aliases.get(name) for name in names)
        return list(dict.fromkeys(name for name in found if name is not None))

    def option(self, stems: Sequence[str], point: Point) -> str | None:
        """Find the column of one option, by any of its wordings after a stem."""
        names = (
            joint.format(stem=stem, word=word)
            for stem in stems
            for word in point.wordings()
            for joint in _JOINTS
        )
        return next(iter(self.find(names)), None)

    def options(self, variable: Variable, points: Sequence[Point]) -> dict[int, str]:
        """Find the columns of the options of choices, by the place of the option."""
        found = {at: self.option(variable.column, point) for at, point in enumerate(points)}
        return {at: name for at, name in found.items() if name is not None}

    def cells(self, name: str, schema: Schema) -> Cells:
        """Take one column with what the file and the schema say of it."""
        return Cells(
            column=name,
            texts=self.table.cells[name],
            labels=dict(self.said[name].labels),
            missing=frozenset({normalise(text) for text in schema.missing} | {""}),
            declared=frozenset(normalise(text) for text in self.said[name].missing),
            decimal=self.table.source.decimal,
        )

    def merged(self, names: Sequence[str], schema: Schema) -> tuple[Cells, int]:
        """Take the first filled cell of several columns; count the rows where two differ.

        Forms change while they are in the field, and exports put the versions of a question
        side by side.
        """
        found = self.find(names)
        first = self.cells(found[0], schema)
        if len(found) == 1:
            return first, 0
        texts, n_both = as_text(first.texts), 0
        labels, declared = dict(first.labels), first.declared
        for name in found[1:]:
            other = self.cells(name, schema)
            others = as_text(other.texts)
            is_open = texts.map(normalise).isin(first.missing)
            is_filled = ~others.map(normalise).isin(first.missing)
            n_both += int((~is_open & is_filled & (texts != others)).sum())
            texts = texts.mask(is_open & is_filled, others)
            labels, declared = {**other.labels, **labels}, declared | other.declared
        return replace(first, texts=texts, labels=labels, declared=declared), n_both


def missing_columns(columns: Columns, schema: Schema) -> list[str]:
    """Give the columns of a schema that the table lacks."""
    asked = [item.column for item in schema.items]
    asked += [variable.column for variable in schema.variables]
    lacking = {names: names[0] for names in asked if not columns.find(names)}
    for variable in schema.variables:
        if variable.is_choices and variable.column in lacking:
            points = schema.scale(variable.scale or "").points
            if len(columns.options(variable, points)) == len(points):
                del lacking[variable.column]
    return list(lacking.values())


def refuse_missing_columns(columns: Columns, schema: Schema) -> None:
    """Refuse a table that lacks a column of the schema."""
    if missing := missing_columns(columns, schema):
        raise MissingColumnsError.of(missing, columns.table.cells.columns)


def version_notices(name: str, columns: Sequence[str], n_both: int) -> tuple[Notice, ...]:
    """Say that rows were filled in two columns of one question, where there were any."""
    if not n_both:
        return ()
    return (Notice.of("two_versions", variable=name, n=n_both, columns=tuple(columns)),)
