"""One column as a draft sees it: its words, its different answers, what kind they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from campaign_effect.readers.drafting.words import PAPERWORK, SEVERAL, control_of, plain_words
from campaign_effect.readers.frame import as_text
from campaign_effect.readers.identifiers import holds_identifier
from campaign_effect.readers.table import Column, RawTable
from campaign_effect.schema.labels import normalise

Sure = Literal["sure", "likely", "unsure"]

MISSING_WORDS: Final = (
    "NA", "N/A", "n/a", "#N/A", "#NULL!", "NaN", "NULL", "null", "-", "--", ".", "?",
)  # fmt: skip
"""Cells that often mean "no answer"."""

MOST_LEVELS: Final = 12
"""With more different answers, a column is no category."""

_DATE: Final = re.compile(
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2})(?:[ T,].*)?"
    r"|\d{1,2}[.:]\d{2}(?:[.:]\d{2})?(?: ?[ap]m)?",
    re.IGNORECASE,
)
_NUMBERS: Final = {
    ".": re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?"),
    ",": re.compile(r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d*)?"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """A code that seems to stand for no answer, why, and how sure."""

    code: int
    why: str
    sure: Sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A column at first sight.

    Attributes
    ----------
    column : Column
        Its name, question, labels and declared missing codes.
    words : str
        Its question in plain words.
    texts : tuple of str
        Its different cells, stripped, without blanks, cells that mean "no answer", and those
        with an identifier of a person.
    counts : tuple of int
        How often each text stands in the column.
    n : int
        The sum of the counts.
    is_number, is_date : bool
        Whether every one of its texts is.
    aside : tuple of NoAnswer
        Codes that were taken from its texts.
    """

    column: Column
    words: str
    texts: tuple[str, ...]
    counts: tuple[int, ...]
    n: int
    is_number: bool
    is_date: bool
    aside: tuple[NoAnswer, ...] = ()

    @property
    def name(self) -> str:
        """Its name in the file."""
        return self.column.name

    @property
    def question(self) -> str:
        """Its question, as people read it."""
        return " ".join((self.column.question or self.name).split())

    @property
    def labels(self) -> tuple[str, ...]:
        """Its different answers as labels."""
        known = dict(self.column.labels)
        return tuple(dict.fromkeys(known.get(text, text) for text in self.texts))

    @property
    def is_paperwork(self) -> bool:
        """Whether it is no question: a time, a counter, a constant, a list of ticks."""
        named = any(PAPERWORK.search(words) for words in (self.words, plain_words(self.name)))
        return (
            named or self.is_date or len(self.texts) < 2 or self.is_several or self.is_counter
        )

    @property
    def is_several(self) -> bool:
        """Whether several answers may stand in one cell."""
        return SEVERAL.search(self.words) is not None

    @property
    def is_of_codes(self) -> bool:
        """Whether its numbers may be codes: whole, and no age."""
        return control_of(self.words) != "age" and all(text.isdecimal() for text in self.texts)

    @property
    def is_counter(self) -> bool:
        """Whether it counts the rows."""
        is_whole = self.n == len(self.texts) > MOST_LEVELS and all(
            text.isdecimal() for text in self.texts
        )
        numbers = sorted(map(int, self.texts)) if is_whole else [0, 0]
        return is_whole and numbers[-1] - numbers[0] == len(numbers) - 1


def missing_words(table: RawTable) -> tuple[str, ...]:
    """List the cells of a table that often mean "no answer"."""
    seen = set[str]()
    for name in table.cells:
        seen |= set(as_text(table.cells[name].drop_duplicates()).str.strip())
    return tuple(word for word in MISSING_WORDS if word in seen)


def look_at(table: RawTable, column: Column, missing: Collection[str]) -> Look:
    """Look at one column of a table."""
    counts = table.cells[column.name].dropna().value_counts(sort=False)
    texts = as_text(counts.index.to_series()).str.strip()
    none = {normalise(word) for word in (*missing, *column.missing)} | {""}
    kept = Counter[str]()
    for text, n in zip(texts, counts.tolist(), strict=True):
        is_none = text in none or normalise(text) in none or holds_identifier(text)
        if n and not is_none:
            kept[text] += n
    different = tuple(kept)
    number = _NUMBERS[table.source.decimal]
    return Look(
        column=column,
        words=plain_words(column.question or column.name),
        texts=different,
        counts=tuple(kept.values()),
        n=kept.total(),
        is_number=bool(different) and all(number.fullmatch(text) for text in different),
        is_date=bool(different) and all(_DATE.fullmatch(text) for text in different),
    )
