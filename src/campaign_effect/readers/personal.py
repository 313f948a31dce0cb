"""Columns that tell who answered: recognised by their headers and cells, then dropped."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from campaign_effect.errors import SchemaError
from campaign_effect.readers.frame import as_text, cell_text
from campaign_effect.readers.signs import SIGNS, PersonalKind, Sign
from campaign_effect.readers.table import RawTable
from campaign_effect.schema.model import Schema

Why = Literal["schema", "header", "cells"]
"""Who said so: the schema, the header (and its cells do not contradict it), or the cells."""

IDENTIFYING: Final = ("phone", "email", "nik")
"""Kinds that tell whether two rows are one person."""

OF_DEVICES: Final = ("ip", "device")
"""Kinds that tell whether two rows came from one device."""

_MOST_ROWS: Final = 20_000
_REFUSED_SHARE: Final = 0.5
_BETWEEN_DIGITS: Final = re.compile(r"[\s().\-]")
_WORD_PARTS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|[^\w]+|_+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """A column with personal data. It never holds a cell.

    Attributes
    ----------
    column : str
        Its name.
    kind : str
        ``email``, ``phone``, ``nik`` (national identity number), ``ip``, ``device``,
        ``location``, ``id`` (of a respondent or answer), ``name``, ``address``, ``free_text``
        or ``declared``.
    why : str
        ``schema``, ``header`` or ``cells``.
    """

    column: str
    kind: PersonalKind
    why: Why


@dataclass(frozen=True, slots=True)
class _Seen:
    """The different cells of a column, and how many are not blank."""

    texts: list[str]
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """Salted hashes of personal columns, by row: equal where these are, 0 where all are blank.

    Attributes
    ----------
    person, device : ndarray of uint64, shape (n,), or None
        Who answered, and on what. The salt is drawn anew and not kept. None where there are no
        such columns.
    """

    person: NDArray[np.uint64] | None = None
    device: NDArray[np.uint64] | None = None


def find_personal(table: RawTable, schema: Schema | None = None) -> tuple[Personal, ...]:
    """Find the columns that identify a person or may do so.

    Parameters
    ----------
    table : RawTable
        As it was read; of a long table, some 20,000 rows are looked at.
    schema : Schema, optional
        Its roles ``personal``, ``identity`` and ``device`` are taken at their word; the
        columns of its items and variables are answers.

    Returns
    -------
    tuple of Personal
        In the order of the columns.

    Raises
    ------
    SchemaError
        If a column of an item or variable holds e-mail addresses, telephone or identity
        numbers, or IP addresses.

    Examples
    --------
    >>> from campaign_effect.readers import read_table
    >>> table = read_table(pd.DataFrame({"WA": ["081234567890"], "x1": ["Setuju"]}))
    >>> [(one.column, one.kind) for one in find_personal(table)]
    [('WA', 'phone')]
    """
    roles = schema.roles if schema else None
    named = (roles.personal, roles.identity, roles.device, roles.id) if roles else ()
    declared = {column for columns in named for column in columns}
    answers = _answer_columns(schema) - declared
    found = []
    for column in table.columns:
        if column.name in declared:
            found.append(Personal(column=column.name, kind="declared", why="schema"))
            continue
        seen = _seen(table.cells[column.name])
        if column.name in answers:
            _refuse_personal_answers(column.name, seen)
        elif one := _recognise(column.name, column.question, seen):
            found.append(one)
    return tuple(found)


def drop_personal(
    table: RawTable, schema: Schema | None = None
) -> tuple[RawTable, tuple[Personal, ...], Hashes]:
    """Leave personal columns out, keeping only whether two rows are of one person or device.

    Parameters
    ----------
    table, schema
        As for ``find_personal``.

    Returns
    -------
    table : RawTable
        Without the personal columns.
    personal : tuple of Personal
        What was left out.
    hashes : Hashes
        Of the identity columns (the schema's, else telephone, e-mail and identity numbers) and
        of those of the device (the schema's, else IP addresses and numbers of devices): equal
        where they are equal but for spaces, case and the form of a number.
    """
    personal = find_personal(table, schema)
    names = {one.column for one in personal}
    if not names:
        return table, (), Hashes()
    kept = tuple(column for column in table.columns if column.name not in names)
    cells = table.cells[[column.name for column in kept]]
    roles = schema.roles if schema else None
    who = _columns_of(personal, roles.identity if roles else (), IDENTIFYING)
    what = _columns_of(personal, roles.device if roles else (), OF_DEVICES)
    hashes = Hashes(
        person=_hashes(table.cells[who]) if who else None,
        device=_hashes(table.cells[what]) if what else None,
    )
    return replace(table, cells=cells, columns=kept), personal, hashes


def _answer_columns(schema: Schema | None) -> set[str]:
    if schema is None:
        return set()
    items = (item.column for item in schema.items)
    variables = (variable.column for variable in schema.variables)
    return {column for columns in (*items, *variables) for column in columns}


def _seen(column: pd.Series) -> _Seen:
    """Gather the different cells of a column that are not blank."""
    sample = column.iloc[:: max(1, len(column) // _MOST_ROWS)].dropna()
    counts = sample.value_counts(sort=False)
    values = (
        value.item() if isinstance(value, np.generic) else value for value in counts.index
    )
    pairs = zip((cell_text(value).strip() for value in values), counts.tolist(), strict=True)
    filled = [(text, n) for text, n in pairs if text and n]
    return _Seen([text for text, _ in filled], sum(n for _, n in filled))


def _recognise(name: str, question: str, seen: _Seen) -> Personal | None:
    if not seen.texts:
        return None
    headers = {_header_words(name), _header_words(question)}
    for sign in SIGNS:
        share = _share(sign, seen.texts)
        is_named = any(sign.header.search(header) for header in headers)
        if is_named and share >= sign.share_with_header and _is_distinct(seen, sign.distinct):
            return Personal(column=name, kind=sign.kind, why="header")
        if share >= sign.share_alone:
            return Personal(column=name, kind=sign.kind, why="cells")
    return Personal(column=name, kind="free_text", why="cells") if _is_prose(seen) else None


def _share(sign: Sign, texts: Sequence[str]) -> float:
    is_number = sign.kind in ("phone", "nik")
    cells = (_BETWEEN_DIGITS.sub("", text) for text in texts) if is_number else texts
    return sum(sign.cell.fullmatch(cell) is not None for cell in cells) / len(texts)


def _is_distinct(seen: _Seen, share: float) -> bool:
    """Say whether cells differ as those of persons do; answers repeat."""
    return share == 0.0 or (len(seen.texts) >= max(min(3, seen.n), share * seen.n))


def _is_prose(seen: _Seen) -> bool:
    """Recognise sentences: long, of words, and hardly two alike."""
    if len(seen.texts) < 10 or not _is_distinct(seen, 0.5):
        return False
    text = "".join(seen.texts)
    letters = sum(character.isalpha() for character in text)
    return len(text) >= 25 * len(seen.texts) and letters >= 0.6 * len(text)


def _header_words(header: str) -> str:
    return " ".join(_WORD_PARTS.sub(" ", header).casefold().split())


def _refuse_personal_answers(column: str, seen: _Seen) -> None:
    """Refuse a schema whose answers are persons' addresses or numbers."""
    for sign in SIGNS:
        is_certain = sign.kind in (*IDENTIFYING, "ip") and sign.share_alone <= 1
        if seen.texts and is_certain and _share(sign, seen.texts) >= _REFUSED_SHARE:
            raise SchemaError(
                f"The column {column!r} holds personal data ({sign.kind}), no answers.",
                hint="take it out of the schema's variables and name it under roles.identity "
                "or roles.personal.",
            )


def _columns_of(
    personal: Sequence[Personal], named: Sequence[str], kinds: Sequence[str]
) -> list[str]:
    """Give the columns that the schema names, else those of some kinds."""
    if named:
        return [one.column for one in personal if one.column in named]
    return [one.column for one in personal if one.kind in kinds]


def _hashes(cells: pd.DataFrame) -> NDArray[np.uint64]:
    """Hash who or what each row is of, with a salt that nobody keeps."""
    columns = [[_who(cell) for cell in as_text(cells[name])] for name in cells]
    salt = secrets.token_bytes(16)
    people = ("\x1f".join(parts) for parts in zip(*columns, strict=True))
    return np.array([_hash(person, salt) for person in people], dtype=np.uint64)


def _who(cell: str) -> str:
    """Write a number or an address in one form."""
    text = cell.strip().casefold()
    digits = _BETWEEN_DIGITS.sub("", text).lstrip("+'")
    if not digits.isdecimal():
        return text
    return digits.removeprefix("62").lstrip("0") if len(digits) < 16 else digits


def _hash(person: str, salt: bytes) -> int:
    if not person.strip("\x1f"):
        return 0
    return int.from_bytes(blake2b(person.encode(), digest_size=8, key=salt).digest(), "big")
