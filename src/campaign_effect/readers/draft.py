"""A schema guessed from a file: every guess marked, every doubt a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from campaign_effect.readers import read_table
from campaign_effect.readers.drafting.blocks import find_blocks
from campaign_effect.readers.drafting.choices import (
    add_several,
    ask_about_several,
    find_several,
)
from campaign_effect.readers.drafting.columns import Look, Sure, look_at, missing_words
from campaign_effect.readers.drafting.constructs import add_block
from campaign_effect.readers.drafting.missing_codes import set_usual_aside
from campaign_effect.readers.drafting.sheet import Guess, Question, Sheet
from campaign_effect.readers.drafting.variables import add_variable
from campaign_effect.readers.drafting.words import Names
from campaign_effect.readers.personal import IDENTIFYING, OF_DEVICES, find_personal
from campaign_effect.readers.table import RawTable
from campaign_effect.results import Notice
from campaign_effect.schema.model import Construct, Scale, Schema, Variable
from campaign_effect.schema.writing import list_as_yaml, schema_as_yaml, write_schema

__all__ = ["Draft", "Guess", "Question", "Sure", "draft_as_yaml", "draft_schema", "write_draft"]

_KEYS: Final = ("scales", "constructs", "variables", "roles")
_END: Final = "end"
_NO_EXPOSURE: Final = (
    "  #exposures:",
    "  #  - {variable: the_exposure, platform: whatsapp}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A guessed schema, with what to check in it.

    Attributes
    ----------
    schema : Schema
        Fits the table it was made from. It has no outcome: that is for its reader to say.
    guesses : tuple of Guess
        What was guessed, where (the path of the key), why and how sure.
    questions : tuple of Question
        What was not guessed.
    outcomes : tuple of str
        Variables that may be the outcome.
    left_out : tuple of (Scale, Construct)
        Blocks whose scale was not guessed, as they might stand in the schema: in the YAML they
        are comments to be mended.
    notices : tuple of Notice
        ``draft_schema``; ``block_left_out`` for each block without a scale; ``no_outcome``
        where columns look like a vote.
    """

    schema: Schema
    guesses: tuple[Guess, ...]
    questions: tuple[Question, ...]
    outcomes: tuple[str, ...]
    left_out: tuple[tuple[Scale, Construct], ...]
    notices: tuple[Notice, ...]


def draft_schema(
    source: RawTable | str | Path | object,
    path: str | Path | None = None,
    *,
    kind: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Draft:
    """Guess a schema from headers and cells, in English and Indonesian.

    Parameters
    ----------
    source : path, data frame or RawTable
        As for ``read_survey``.
    path : str or Path, optional
        Where the draft is written as commented YAML; nowhere by default.
    kind, delimiter, sheet : str, optional
        See ``read_table``.

    Returns
    -------
    Draft
        Constructs from grids ("Q [row]"), common prefixes (X1.1, X1.2) and equal answers;
        reverse-keyed items by correlation and words; questions with several answers; exposures
        by platforms' names; clusters by words for villages. Columns that nothing tells about
        are left out.

    Raises
    ------
    SourceError
        If the file cannot be read.
    OutputError
        If the draft cannot be written.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = ["1", "2", "3", "4", "5"]
    >>> frame = pd.DataFrame({"X1.1": answers, "X1.2": answers})
    >>> draft_schema(frame).schema.constructs[0].name
    'x1'
    """
    if not isinstance(source, RawTable):
        source = read_table(source, kind=kind, delimiter=delimiter, sheet=sheet)
    draft = _guessed(source)
    if path is not None:
        write_draft(draft, path)
    return draft


def _guessed(table: RawTable) -> Draft:
    personal = find_personal(table)
    hidden = {one.column for one in personal}
    missing = missing_words(table)
    seen = (look_at(table, one, missing) for one in table.columns if one.name not in hidden)
    looks = [set_usual_aside(look) for look in seen]
    sheet = Sheet(table.cells, missing)
    sheet.add_personal(
        tuple(one.column for one in personal if one.kind not in (*IDENTIFYING, *OF_DEVICES)),
        identity=tuple(one.column for one in personal if one.kind in IDENTIFYING),
        device=tuple(one.column for one in personal if one.kind in OF_DEVICES),
    )
    sheet.add_times(table.started, table.submitted)
    several = find_several(looks)
    ticked = {look.name for one in several for look in one.looks}
    paperwork = [look for look in looks if look.is_paperwork and look.name not in ticked]
    sheet.add_paperwork(paperwork, (table.started, table.submitted))
    ask_about_several(sheet, paperwork)
    answers = [look for look in looks if not look.is_paperwork and look.name not in ticked]
    _add_answers(sheet, answers)
    for one in several:
        add_several(sheet, one)
    return _draft(sheet, Names().of(Path(table.source.path).stem or "survey"))


def _add_answers(sheet: Sheet, looks: Sequence[Look]) -> None:
    """Make constructs of blocks, and variables of the columns that stand alone."""
    blocks = find_blocks(looks)
    in_blocks = {look.name for block in blocks for look in block.looks}
    released = [look for block in blocks for look in add_block(sheet, block)]
    alone = {look.name for look in released} | ({look.name for look in looks} - in_blocks)
    for look in looks:
        if look.name in alone:
            add_variable(sheet, look)


def write_draft(draft: Draft, path: str | Path) -> Path:
    """Write a draft as commented YAML; ``read_schema`` reads it right away.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    return write_schema(draft.schema, path, _comments(draft), end=_example(draft))


def draft_as_yaml(draft: Draft) -> str:
    """Give what ``write_draft`` writes."""
    return schema_as_yaml(draft.schema, _comments(draft), end=_example(draft))


def _draft(sheet: Sheet, name: str) -> Draft:
    left_out = tuple(sheet.notices)
    questions = sheet.questions
    if not sheet.outcomes:
        text = "no column looks like a vote: which variable is the outcome?"
        questions = [*questions, Question(column="", text=text)]
    return Draft(
        schema=sheet.schema(name),
        guesses=tuple(sheet.guesses),
        questions=tuple(questions),
        outcomes=tuple(sheet.outcomes),
        left_out=tuple(sheet.left_out),
        notices=(
            Notice.of("draft_schema", guesses=len(sheet.guesses), questions=len(questions)),
            *left_out,
            *_votes(sheet),
        ),
    )


def _votes(sheet: Sheet) -> tuple[Notice, ...]:
    """Name the columns that look like a vote: none is an outcome before somebody says so."""
    votes = tuple(sheet.outcomes)
    return (Notice.of("no_outcome", variables=votes),) if votes else ()


def _comments(draft: Draft) -> dict[str, str]:
    """Write what is said above each key."""
    lines: dict[str, list[str]] = {
        "": [
            "A draft, guessed from the answers. Check every GUESS, answer every QUESTION, then",
            "name this file with --schema.",
        ]
    }
    for guess in draft.guesses:
        lines.setdefault(guess.path, []).append(f"GUESS ({guess.sure}): {guess.why}")
    for question in draft.questions:
        about = f"{question.column}: " if question.column and not question.path else ""
        lines.setdefault(question.path, []).append(f"QUESTION: {about}{question.text}")
    for path, text in _left_out(draft).items():
        lines.setdefault(path, []).insert(0, text)
    lines.pop(_END, None)
    return {path: "\n".join(said) for path, said in lines.items()}


def _left_out(draft: Draft) -> dict[str, str]:
    """Write blocks without a scale as lines to be mended, each below the key it belongs to.

    What is said above a key of the schema stands at the end of the key before it.
    """
    if not draft.left_out:
        return {}
    none = Schema(name=draft.schema.name)
    there = [key for key in _KEYS if getattr(draft.schema, key) != getattr(none, key)]
    said: dict[str, list[str]] = {}
    asked = {
        "scales": "Which scale is it? Put its answers in order, and delete the #:",
        "constructs": "Its items: delete the # here too:",
    }
    for place, key in enumerate(("scales", "constructs")):
        parts = [pair[place] for pair in draft.left_out]
        after = next((later for later in _KEYS[place + 1 :] if later in there), _END)
        heading = [] if key in there else [f"#{key}:"]
        offered = [f"#{line}" for line in list_as_yaml(key, parts).splitlines()]
        said.setdefault(after, []).extend([asked[key], *heading, *offered])
    return {path: "\n".join(lines) for path, lines in said.items()}


def _example(draft: Draft) -> str:
    """Write an outcome to be edited, with real codes where a vote was found."""
    variable = next((v for v in draft.schema.variables if v.name in draft.outcomes), None)
    codes = _codes(draft.schema, variable)
    named = variable.name if variable else "the_variable"
    lines = [
        *([blocks] if (blocks := _left_out(draft).get(_END)) else []),
        "QUESTION: which answer is to be explained? Mend these lines, and delete the #:",
        *([] if draft.schema.roles != type(draft.schema.roles)() else ["#roles:"]),
        "  #outcomes:",
        f"  #  - {{name: chose_first, variable: {named}, event: [{codes[0]}],",
        f"  #     among: [{', '.join(codes)}]}}",
        *([] if draft.schema.roles.exposures else _NO_EXPOSURE),
        "",
        "How was the survey made? A report has to say it; fill in, and delete the #:",
        "#study:",
        *(f"#  {name}: …" for name in ("sponsor", "population", "recruitment", "mode")),
    ]
    return "\n".join(lines)


def _codes(schema: Schema, variable: Variable | None) -> list[str]:
    if variable is None or variable.scale is None:
        return ["first_answer", "second_answer"]
    return [str(point.code) for point in schema.scale(variable.scale).points]
