"""Every item, variable, option and outcome of a schema, read from the columns of a table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from campaign_effect.results import Notice
from campaign_effect.schema.model import Item, Scale, Schema, Variable
from campaign_effect.survey.choices import code_choices
from campaign_effect.survey.coding import (
    Cells,
    Coded,
    code_category,
    code_number,
    code_outcome,
    code_scale,
)
from campaign_effect.survey.columns import Columns, version_notices


def code_answers(
    columns: Columns, schema: Schema
) -> tuple[dict[str, Coded], tuple[Notice, ...]]:
    """Put the columns of a table on the scales of a schema.

    Returns
    -------
    coded : dict of str to Coded
        By name: items (reverse-keyed ones turned), variables, options, outcomes.
    notices : tuple of Notice
        What was mended.

    Raises
    ------
    LabelsError
        If a cell is no answer of its scale.
    """
    coded, notices = _code_items(columns, schema)
    for variable in schema.variables:
        if variable.is_choices:
            found, noticed = code_choices(columns, variable, schema)
            coded |= found
            notices += noticed
        else:
            cells, n_both = columns.merged(variable.column, schema)
            coded[variable.name] = _code_variable(cells, variable, schema)
            notices += version_notices(variable.name, columns.find(variable.column), n_both)
    for outcome in schema.roles.outcomes:
        coded[outcome.name] = code_outcome(
            coded[outcome.variable], outcome.event, outcome.among
        )
    return coded, tuple(notices)


def _code_items(columns: Columns, schema: Schema) -> tuple[dict[str, Coded], list[Notice]]:
    """Put the items of all constructs on their scales, several at a time."""

    def code(item: Item, scale: Scale) -> tuple[Coded, tuple[Notice, ...]]:
        cells, n_both = columns.merged(item.column, schema)
        one = code_scale(cells, scale)
        noticed = version_notices(item.name, columns.find(item.column), n_both)
        return _turned(one, scale) if item.is_reversed else one, noticed

    items = [(item, schema.scale(c.scale)) for c in schema.constructs for item in c.items]
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda pair: code(*pair), items))
    coded = {item.name: one for (item, _), (one, _) in zip(items, found, strict=True)}
    return coded, [notice for _, noticed in found for notice in noticed]


def _turned(coded: Coded, scale: Scale) -> Coded:
    """Turn a reverse-keyed item, so that more always means more of the construct."""
    return replace(coded, answers=scale.low + scale.high - coded.answers)


def _code_variable(cells: Cells, variable: Variable, schema: Schema) -> Coded:
    if variable.scale is not None:
        return code_scale(cells, schema.scale(variable.scale))
    if variable.is_number:
        return code_number(cells, variable.low, variable.high, variable.aside)
    return code_category(cells, variable.aside)
