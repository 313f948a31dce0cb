"""A file or data frame, and a schema, to a survey."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from campaign_effect.errors import MissingColumnsError, SurveyError
from campaign_effect.readers import read_table
from campaign_effect.readers.draft import draft_schema
from campaign_effect.readers.personal import drop_personal
from campaign_effect.readers.table import RawTable
from campaign_effect.results import Glossary, Notice
from campaign_effect.schema.files import bundled_schemas, find_schema, read_schema
from campaign_effect.schema.labels import normalise
from campaign_effect.schema.model import Scale, Schema, Texts, Variable
from campaign_effect.survey.coding import (
    Cells,
    Coded,
    code_category,
    code_number,
    code_outcome,
    code_scale,
)
from campaign_effect.survey.model import Absence, Survey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaign_effect.readers.personal import Personal


def read_survey(
    source: str | Path | pd.DataFrame, schema: Schema | str | Path | None = None
) -> Survey:
    """Read answers and check them against a schema.

    Parameters
    ----------
    source : path or DataFrame
        A csv, xlsx, sav, dta or parquet file, or a data frame.
    schema : Schema, name or path, optional
        What the questionnaire asks. Without one, a data frame is taken as it is (numeric
        columns stay numbers and are one construct for reliability; every other column is a
        category), and for a file the schema is looked for: beside the file under its name with
        ``.yaml``, then among the bundled ones whose columns are all there; else a draft is
        guessed, with a notice.

    Returns
    -------
    Survey
        Missing, non-substantive and impossible answers are NaN in ``answers`` and told apart
        in ``absences``. Personal data are dropped and named in the notices.

    Raises
    ------
    SourceError
        If the file cannot be read or holds no rows.
    SchemaError
        If the schema is not valid.
    MissingColumnsError, LabelsError
        If the answers do not fit the schema.

    Examples
    --------
    >>> survey = read_survey(pd.DataFrame({"a": [1, 2, 5], "b": [2, 2, 4]}))
    >>> survey.n, survey.blocks
    (3, {'items': ('a', 'b')})
    """
    table = read_table(source)
    if schema is not None:
        return check_answers(table, schema if isinstance(schema, Schema) else _named(schema))
    if isinstance(source, pd.DataFrame):
        return _frame_survey(table)
    if (found := fitting_schema(table)) is not None:
        return check_answers(table, found)
    draft = draft_schema(table)
    survey = check_answers(table, draft.schema)
    return replace(survey, notices=(*survey.notices, *draft.notices))


def check_answers(table: RawTable, schema: Schema) -> Survey:
    """Put a table that was read on the scales of a schema. See `read_survey`."""
    _refuse_missing_columns(table, schema)
    table, personal, identity = drop_personal(table, schema)
    coded = dict(_coded(table, schema))
    coded |= {
        outcome.name: code_outcome(coded[outcome.variable], outcome.event, outcome.among)
        for outcome in schema.roles.outcomes
    }
    return Survey(
        schema=schema,
        answers=pd.DataFrame({name: one.answers for name, one in coded.items()}),
        absences=pd.DataFrame({name: one.absences for name, one in coded.items()}),
        source=table.source,
        identity=None if identity is None else pd.Series(identity, table.cells.index),
        notices=(*_personal_notices(personal), *_impossible_notices(coded)),
        glossary=_glossary(schema),
    )


def fitting_schema(table: RawTable) -> Schema | None:
    """Find the schema beside the file, or the bundled one whose columns are all there."""
    path = Path(table.source.path)
    beside = path.with_suffix(".yaml")
    if beside.is_file():
        return read_schema(beside)
    for bundled in bundled_schemas().values():
        schema = read_schema(bundled)
        if not _missing_columns(table, schema):
            return schema
    return None


def _named(schema: str | Path) -> Schema:
    return read_schema(find_schema(schema))


def _coded(table: RawTable, schema: Schema) -> Iterator[tuple[str, Coded]]:
    for construct in schema.constructs:
        scale = schema.scale(construct.scale)
        for item in construct.items:
            coded = code_scale(_cells(table, item.column, schema), scale)
            yield item.name, _turned(coded, scale) if item.is_reversed else coded
    for variable in schema.variables:
        yield (
            variable.name,
            _code_variable(_cells(table, variable.column, schema), variable, schema),
        )


def _turned(coded: Coded, scale: Scale) -> Coded:
    """Turn a reverse-keyed item, so that more always means more of the construct."""
    return replace(coded, answers=scale.low + scale.high - coded.answers)


def _code_variable(cells: Cells, variable: Variable, schema: Schema) -> Coded:
    if variable.scale is not None:
        return code_scale(cells, schema.scale(variable.scale))
    if variable.is_number:
        return code_number(cells, variable.low, variable.high)
    return code_category(cells)


def _cells(table: RawTable, columns: tuple[str, ...], schema: Schema) -> Cells:
    name = next(column for column in columns if column in table.cells)
    said = next(column for column in table.columns if column.name == name)
    missing = {normalise(text) for text in (*schema.missing, *said.missing)}
    return Cells(
        column=name,
        texts=table.cells[name],
        labels=dict(said.labels),
        missing=frozenset(missing | {""}),
        decimal=table.source.decimal,
    )


def _missing_columns(table: RawTable, schema: Schema) -> list[str]:
    """Give the columns of a schema that the table lacks."""
    asked = [item.column for item in schema.items]
    asked += [variable.column for variable in schema.variables]
    return [names[0] for names in asked if not any(name in table.cells for name in names)]


def _refuse_missing_columns(table: RawTable, schema: Schema) -> None:
    if missing := _missing_columns(table, schema):
        raise MissingColumnsError.of(missing, table.cells.columns)


def _frame_survey(table: RawTable) -> Survey:
    """Take a data frame as it is."""
    answers = table.cells.replace("", None)
    if answers.empty:
        raise SurveyError("The data frame has no rows or no columns.", hint="pass answers.")
    absences = answers.isna().astype("int8") * int(Absence.BLANK)
    schema = Schema(name="survey")
    return Survey(schema=schema, answers=answers, absences=absences, source=table.source)


def _personal_notices(personal: tuple[Personal, ...]) -> tuple[Notice, ...]:
    if not personal:
        return ()
    columns = tuple(one.column for one in personal)
    return (Notice.of("personal_data", columns=columns, n=len(columns)),)


def _impossible_notices(coded: Mapping[str, Coded]) -> tuple[Notice, ...]:
    counts = {
        name: int((one.absences == Absence.IMPOSSIBLE).sum()) for name, one in coded.items()
    }
    return tuple(
        Notice.of("impossible_answers", variable=name, n=count)
        for name, count in counts.items()
        if count
    )


def _glossary(schema: Schema) -> Glossary:
    """Gather the label of every name; a level is named ``variable=level``."""
    named: list[tuple[str, Texts | None]] = [
        *((part.name, part.text) for part in schema.constructs),
        *((part.name, part.text) for part in schema.items),
        *((part.name, part.text) for part in schema.variables),
        *((part.name, part.text) for part in schema.roles.outcomes),
        *_levels(schema),
    ]
    return Glossary(
        entries=tuple((name, _labels(text)) for name, text in named if text is not None)
    )


def _levels(schema: Schema) -> Iterator[tuple[str, Texts | None]]:
    scaled = [(item.name, c.scale) for c in schema.constructs for item in c.items]
    scaled += [(v.name, v.scale) for v in schema.variables if v.scale is not None]
    for name, scale_name in scaled:
        scale = schema.scale(scale_name)
        for point in (*scale.points, *scale.aside):
            yield f"{name}={point.code}", point.text


def _labels(text: Texts) -> tuple[tuple[str, str], ...]:
    pairs = (("en", text.en), ("id", text.id))
    return tuple((language, words) for language, words in pairs if words)
