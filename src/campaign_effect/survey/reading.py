"""A file or data frame, and a schema, to a survey."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_effect.errors import LabelsError, SurveyError
from campaign_effect.readers import read_table
from campaign_effect.readers.draft import Draft, draft_schema
from campaign_effect.readers.identifiers import holds_identifier
from campaign_effect.readers.personal import drop_personal
from campaign_effect.readers.table import RawTable
from campaign_effect.results import Notice
from campaign_effect.schema.files import bundled_schemas, find_schema, read_schema
from campaign_effect.schema.model import Schema
from campaign_effect.survey.answers import code_answers
from campaign_effect.survey.coding import Coded
from campaign_effect.survey.columns import Columns, missing_columns, refuse_missing_columns
from campaign_effect.survey.consent import honour_consent
from campaign_effect.survey.declared import with_declared_missing
from campaign_effect.survey.model import Absence, Step, Survey
from campaign_effect.survey.times import read_times
from campaign_effect.survey.weights import require_weights
from campaign_effect.survey.words import glossary_of

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
    source: str | Path | object,
    schema: Schema | str | Path | None = None,
    *,
    strict: bool = False,
    kind: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Survey:
    """Read answers and check them against a schema.

    Parameters
    ----------
    source : path or data frame
        A csv, xlsx, sav, dta or parquet file, or a data frame of any library.
    schema : Schema, name or path, optional
        What the questionnaire asks. Without one, a data frame is taken as it is (numeric
        columns stay numbers and are one construct for reliability; every other column is a
        category), and for a file the schema is looked for: beside the file under its name with
        ``.yaml``, then among the bundled ones whose columns are all there; else a draft is
        guessed, with a notice.
    strict : bool, default False
        Refuse to guess.
    kind, delimiter, sheet : str, optional
        What the file is, what separates its cells and which sheet holds the answers, where
        they are not found: see ``read_table``.

    Returns
    -------
    Survey
        Missing, non-substantive and impossible answers are NaN in ``answers`` and told apart
        in ``absences``. Personal data are dropped and named in the notices. Previews,
        unfinished answers and respondents who did not consent are left out, each as a step.

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
    return read_answers(
        source, schema, strict=strict, kind=kind, delimiter=delimiter, sheet=sheet
    ).survey


def read_answers(
    source: str | Path | object,
    schema: Schema | str | Path | None = None,
    *,
    strict: bool = False,
    kind: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Reading:
    """Read a survey, and say where its schema came from. See `read_survey`."""
    table = read_table(source, kind=kind, delimiter=delimiter, sheet=sheet)
    if isinstance(schema, Schema):
        return Reading(survey=check_answers(table, schema))
    if schema is None and not isinstance(source, str | Path):
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
    refuse_missing_columns(Columns.of(table), schema)
    table, steps = _without_marked(table, schema)
    times = read_times(Columns.of(table), schema)
    table, personal, hashes = drop_personal(table, schema)
    columns = Columns.of(table)
    schema = with_declared_missing(schema, columns)
    coded, noticed = code_answers(columns, schema)
    if not coded:
        raise _no_column_left(table, personal)
    survey = Survey(
        schema=schema,
        answers=pd.DataFrame({name: one.answers for name, one in coded.items()}, copy=False),
        absences=pd.DataFrame({name: one.absences for name, one in coded.items()}, copy=False),
        source=table.source,
        identity=_by_row(hashes.person, table.cells.index),
        device=_by_row(hashes.device, table.cells.index),
        times=times.frame,
        steps=steps,
        notices=(
            *_source_notice(table),
            *table.notices,
            *_personal_notices(personal),
            *times.notices,
            *noticed,
            *_impossible_notices(coded),
        ),
        glossary=glossary_of(schema),
    )
    return require_weights(honour_consent(survey))


def _by_row(hashes: NDArray[np.uint64] | None, index: pd.Index) -> pd.Series | None:
    return None if hashes is None else pd.Series(hashes, index)


def _no_column_left(table: RawTable, personal: tuple[Personal, ...]) -> SurveyError:
    """Say that a file or its schema holds no question that can be analysed."""
    return SurveyError(
        f"No column of {table.source.path!r} can be analysed.",
        received=f"{len(personal)} columns with personal data, which are dropped, and "
        f"{len(table.columns)} others that no item or variable of the schema reads",
        hint="name the columns under 'constructs' or 'variables' in a schema.",
    )


def _without_marked(table: RawTable, schema: Schema) -> tuple[RawTable, tuple[Step, ...]]:
    """Leave out the rows that are no full answers, unless the schema keeps them."""
    steps: list[Step] = []
    kept = table.cells
    for mark in table.marks:
        if mark.reason not in schema.keep:
            n = len(kept)
            kept = kept[~kept.index.isin(mark.rows)]
            steps.append(Step(reason=mark.reason, n=n - len(kept)))
    if kept.empty:
        raise SurveyError(
            f"{table.source.path!r} has no full answers.",
            received=", ".join(f"{step.reason}: {step.n}" for step in steps),
            hint="name what is to be analysed all the same under 'keep' in the schema.",
        )
    return (replace(table, cells=kept) if steps else table), tuple(steps)


def fitting_schema(table: RawTable) -> Path | None:
    """Find the schema beside the file, or the bundled one whose columns are all there."""
    beside = Path(table.source.path).with_suffix(".yaml")
    if beside.is_file():
        return beside
    columns, bundled = Columns.of(table), bundled_schemas().values()
    return next((p for p in bundled if not missing_columns(columns, read_schema(p))), None)


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


def _frame_survey(table: RawTable) -> Survey:
    """Take a data frame as it is, but for personal data."""
    table, personal, hashes = drop_personal(table)
    blanked = table.cells.replace(r"^\s*$", None, regex=True)
    answers = _without_identifiers(blanked)
    if answers.empty:
        raise SurveyError("The data frame has no rows or no columns.", hint="pass answers.")
    absences = answers.isna().astype("int8") * int(Absence.BLANK)
    return Survey(
        schema=Schema(name="survey"),
        answers=answers,
        absences=absences,
        source=table.source,
        identity=_by_row(hashes.person, answers.index),
        device=_by_row(hashes.device, answers.index),
        notices=_personal_notices(personal),
    )


def _without_identifiers(answers: pd.DataFrame) -> pd.DataFrame:
    """Blank the cells that hold an address or number of a person among other answers."""
    mended = answers.copy()
    for name in answers.select_dtypes(["object", "string", "category"]):
        held = [cell for cell in answers[name].unique() if holds_identifier(str(cell))]
        if held:
            mended[name] = answers[name].mask(answers[name].isin(held))
    return mended


def _source_notice(table: RawTable) -> tuple[Notice, ...]:
    """Say as what a file was read."""
    if not table.source.path:
        return ()
    program = f"program.{table.source.program}"
    return (Notice.of("source", program=program, form=table.source.kind),)


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
