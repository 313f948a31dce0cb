"""What a report is made of, before any language or file format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from campaign_effect.errors import Fact
from campaign_effect.results import NO_GLOSSARY, Glossary, Kind, Notice

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from campaign_effect.apa.style import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A sentence by its id in wording/*.toml, and the facts that fill it.

    A fact may be a text itself, or several: they are said first and joined as a list.
    """

    id: str
    facts: tuple[tuple[str, TextFact], ...] = ()

    @classmethod
    def of(cls, id: str, /, **facts: TextFact) -> Text:
        """Make a text from keyword facts.

        Examples
        --------
        >>> Text.of("note.sample", used=9, total=10).id
        'note.sample'
        """
        return cls(id=id, facts=tuple(facts.items()))

    @classmethod
    def of_notice(cls, notice: Notice) -> Text:
        """Say a notice; its cause, where it has one, is a sentence with the same facts.

        Examples
        --------
        >>> Text.of_notice(Notice.of("failed", cause="few_items", k=1)).facts[0][1].id
        'cause.few_items'
        """
        facts: dict[str, TextFact] = dict(notice.facts)
        if "cause" in facts:
            facts["cause"] = cls(id=f"cause.{facts['cause']}", facts=notice.facts)
        return cls(id=f"notice.{notice.code}", facts=tuple(facts.items()))


TextFact = Fact | Text | tuple[Text, ...] | None

Note = tuple[Text, ...]
"""Sentences of one paragraph below a table or figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One raw value of a cell, how it is to be read, and the letter of a note it carries."""

    value: Any
    kind: Kind
    digits: int | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Two bounds of a cell, shown in brackets."""

    low: float | None
    high: float | None
    kind: Kind


Cell = Value | Interval | Text | None
"""What may stand in a table; None is an empty cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a column, with the head that spans it and its neighbours."""

    text: Text
    spanner: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a table; the first cell is the stub.

    Attributes
    ----------
    cells : tuple of Cell
        One a column; a line with the stub only heads the lines below it.
    indent : int
        Steps to the right of the stub.
    """

    cells: tuple[Cell, ...]
    indent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Raw values under heads.

    Attributes
    ----------
    id : str
        Names the file of the table: lower case, digits and underscores.
    title : Text
    heads : tuple of Head
        The first is the stub's.
    lines : tuple of Line
    notes : tuple of Note
        The general note first, then specific ones, then that of probability.
    """

    id: str
    title: Text
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    notes: tuple[Note, ...] = ()
    glossary: Glossary = NO_GLOSSARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture that knows how to draw itself.

    Attributes
    ----------
    id, title, notes
        As for a table.
    alt : Text
        What the picture shows, with its main numbers, for those who cannot see it.
    draw : callable
        Draws on an empty matplotlib figure in a style (language and number rules).
    size : (width, height)
        In inches.
    """

    id: str
    title: Text
    alt: Text
    draw: Callable[[Canvas, Style], None]
    size: tuple[float, float] = (6.5, 4.0)
    notes: tuple[Note, ...] = ()
    glossary: Glossary = NO_GLOSSARY
