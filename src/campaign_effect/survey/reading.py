"""A file or data frame, and a schema, to a survey."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from campaign_effect.errors import LabelsError, MissingColumnsError, SurveyError
from campaign_effect.readers import read_table
from campaign_effect.readers.draft import Draft, draft_schema
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """A survey, and where its schema came from.

    Attributes
    ----------
    survey : Survey
    schema_path : Path, optional
        The schema's file; None for a schema that was passed, guessed or not needed.
    draft : Draft, optional
        The guess that was used, where no schema was found.
    """

    survey: Survey
    schema_path: Path | None = None
    draft: Draft | None = None


def read_survey(
    source: str | Path | pd.DataFrame,
    schema: Schema | str | Path | None = None,
    *,
    strict: bool = False,
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
    strict : bool, default False
        Refuse to guess.

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
        If the answers do not fit the schema, or would have to be guessed under ``strict``.

    Examples
    --------
    >>> survey = read_survey(pd.DataFrame({"a": [1, 2, 5], "b": [2, 2, 4]}))
    >>> survey.n, survey.blocks
    (3, {'items': ('a', 'b')})
    """
    return read_answers(source, schema, strict=strict).survey


def read_answers(
    source: str | Path | pd.DataFrame,
    schema: Schema | str | Path | None = None,
    *,
    strict: bool = False,
) -> Reading:
    """Read a survey, and say where its schema came from. See `read_survey`."""
    table = read_table(source)
    if isinstance(schema, Schema):
        return Reading(survey=check_answers(table, schema))
    if schema is None and isinstance(source, pd.DataFrame):
        return Reading(survey=_frame_survey(table))
    path = find_schema(schema) if schema is not None else fitting_schema(table)
    if path is not None:
        return Reading(survey=check_answers(table, read_schema(path)), schema_path=path)
    draft = draft_schema(table)
    if strict:
        raise _guessed(table, draft)
    survey = check_answers(table, draft.schema)
    survey = replace(survey, notices=(*survey.notices, *draft.notices))
    return Reading(survey=survey, draft=draft)


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
        notices=(
            *table.notices,
            *_personal_notices(personal),
            *_impossible_notices(coded),
        ),
        glossary=_glossary(schema),
    )


def fitting_schema(table: RawTable) -> Path | None:
    """Find the schema beside the file, or the bundled one whose columns are all there."""
    beside = Path(table.source.path).with_suffix(".yaml")
    if beside.is_file():
        return beside
    bundled = bundled_schemas().values()
    return next((p for p in bundled if not _missing_columns(table, read_schema(p))), None)


def _guessed(table: RawTable, draft: Draft) -> LabelsError:
    """Say what would have to be guessed."""
    open_questions = [question.text for question in draft.questions]
    guesses = [guess.why for guess in draft.guesses]
    return LabelsError(
        f"No schema fits {table.source.path!r}, and --strict forbids to guess one: "
        f"{len(guesses)} guesses and {len(open_questions)} open questions.",
        received="; ".join((*open_questions, *guesses)[:3]),
        hint="write a draft with --draft-schema, check it, and name it with --schema.",
    )


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
