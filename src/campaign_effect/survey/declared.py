"""Codes that a statistics file declares as missing, kept apart with their labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from campaign_effect.schema.labels import normalise
from campaign_effect.schema.model import Code, Point, Scale, Schema, Texts, Variable
from campaign_effect.survey.columns import Columns


def with_declared_missing(schema: Schema, columns: Columns) -> Schema:
    """Put aside every declared missing code that a scale does not know yet.

    Parameters
    ----------
    schema : Schema
    columns : Columns
        What the file says of its columns.

    Returns
    -------
    Schema
        With more answers aside, each with the label that the file gives; the same one where the
        file declares none.
    """
    if not any(column.missing for column in columns.said.values()):
        return schema
    scales = tuple(_scale(scale, schema, columns) for scale in schema.scales)
    variables = tuple(
        variable if variable.scale else _variable(variable, columns)
        for variable in schema.variables
    )
    return schema.model_copy(update={"scales": scales, "variables": variables})


def _scale(scale: Scale, schema: Schema, columns: Columns) -> Scale:
    names = [
        name
        for construct in schema.constructs
        if construct.scale == scale.name
        for item in construct.items
        for name in item.column
    ]
    names += [n for v in schema.variables if v.scale == scale.name for n in v.column]
    known = (*scale.points, *scale.aside)
    found = _points(columns.find(names), known, columns, is_ordered=scale.is_ordered)
    return scale.model_copy(update={"aside": (*scale.aside, *found)}) if found else scale


def _variable(variable: Variable, columns: Columns) -> Variable:
    names = columns.find(variable.column)
    found = _points(names, variable.aside, columns, is_ordered=variable.is_number)
    if not found:
        return variable
    return variable.model_copy(update={"aside": (*variable.aside, *found)})


def _points(
    names: Sequence[str], known: Iterable[Point], columns: Columns, *, is_ordered: bool
) -> tuple[Point, ...]:
    """Make a point of every declared code of these columns that is not known."""
    words = {normalise(word) for point in known for word in point.wordings()}
    found: dict[str, Point] = {}
    for name in names:
        labels = dict(columns.said[name].labels)
        for text in columns.said[name].missing:
            label = labels.get(text, "")
            if normalise(text) not in words and not (label and normalise(label) in words):
                found.setdefault(text, _point(text, label, is_ordered=is_ordered))
    return tuple(found.values())


def _point(text: str, label: str, *, is_ordered: bool) -> Point:
    code: Code = text
    if is_ordered and text.lstrip("-").isdecimal():
        code = int(text)
    return Point(code=code, text=Texts(en=label, id=label) if label else None)
