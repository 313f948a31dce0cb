"""A language and its number rules: the only place where a number becomes a string."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from campaign_effect.apa.blocks import Cell, Interval, Text, Value
from campaign_effect.apa.document import Run, Runs
from campaign_effect.apa.numbers import MISSING, Marks, decimals, show_number
from campaign_effect.results import NO_GLOSSARY, Glossary, Kind

_MARKUP: Final = re.compile(r"\*\*(?P<bold>.+?)\*\*|\*(?P<italic>.+?)\*|\^\{(?P<raised>.+?)\}")
_LEVEL: Final = re.compile(r"(?P<name>.+?)\[(?:[TS]\.)?(?P<level>.+)\]", re.DOTALL)
_CALL: Final = re.compile(r"C\((?P<name>[^,]+)(,.*)?\)")
_BETWEEN_FACTORS: Final = re.compile(r":(?![^\[]*\])")
Look = dict[str, bool]
"""Which of a run's looks are on."""

TEXTS_BETWEEN: Final = "; "
"""Between texts, which may hold commas themselves, in every language."""

TIMES: Final = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a report reads.

    Attributes
    ----------
    language : "en" or "id"
        Words, decimal mark and list separator.
    glossary : Glossary
        Labels of the names of the survey.

    Examples
    --------
    >>> Style().show(0.4567, Kind.BOUNDED), Style(language="id").show(0.00012, Kind.P_VALUE)
    ('.46', '< ,001')
    """

    language: str = "en"
    glossary: Glossary = NO_GLOSSARY

    def word(self, id: str) -> str:
        """Give a message without facts, its markup taken off."""
        return plain(self.say(Text(id=id)))

    def say(self, text: Text) -> Runs:
        """Fill a message with its facts.

        A wording may hold ``*italic*``, ``**bold**`` and ``^{raised}``; a fact is named
        ``{fact:kind}`` (a text as ``{fact:text}``), enters as literal characters and takes on
        the look of its place.
        """
        template = wording(self.language)[text.id]
        facts = dict(text.facts)
        return tuple(
            run for piece, look in _looks(template) for run in self._fill(piece, look, facts)
        )

    def cell(self, cell: Cell) -> Runs:
        """Show what stands in a cell."""
        match cell:
            case None:
                return ()
            case Text():
                return self.say(cell)
            case Interval():
                return (Run(text=self._interval(cell)),)
            case Value():
                shown = (Run(text=self.show(cell.value, cell.kind, cell.digits)),)
                return (*shown, Run(text=cell.mark, raised=True)) if cell.mark else shown

    def show(self, value: Any, kind: Kind, digits: int | None = None) -> str:
        """Write a value as its kind asks; a missing one as a dash.

        Parameters
        ----------
        value : object
            None for a value that does not exist.
        kind : Kind
        digits : int, optional
            Decimals, where they differ from those of the kind.
        """
        if value is None:
            return MISSING
        match kind:
            case Kind.NAME:
                shown = self.glossary.label(value, self.language)
            case Kind.TERM:
                shown = self._term(value)
            case Kind.WORD:
                shown = self.word(value)
            case Kind.FLAG:
                shown = self.word("word.yes" if value else "word.no")
            case Kind.LITERAL:
                shown = str(value)
            case _:
                shown = show_number(value, kind, digits, self.marks)
        return shown

    @property
    def marks(self) -> Marks:
        """The decimal mark and its companions in this language."""
        return Marks(
            decimal=self.word("mark.decimal"),
            thousands=self.word("mark.thousands"),
            between=self.word("mark.between"),
        )

    def _interval(self, interval: Interval) -> str:
        if interval.low is None or interval.high is None:
            return self.show(None, interval.kind)
        bounds = (interval.low, interval.high)
        low, high = (self.show(bound, interval.kind) for bound in bounds)
        pairs = ((interval.low, low), (interval.high, high))
        if any(bound and not _has_digit(shown) for bound, shown in pairs):
            digits = (
                decimals(interval.kind) + 1
            )  # a bound near zero shows on which side it lies
            low, high = (self.show(bound, interval.kind, digits) for bound in bounds)
        return f"[{low}{self.marks.between}{high}]"

    def _term(self, term: str) -> str:
        if term == "Intercept":
            return self.word("word.intercept")
        return f" {TIMES} ".join(
            self._factor(factor) for factor in _BETWEEN_FACTORS.split(term)
        )

    def _factor(self, factor: str) -> str:
        """Label a factor of a term; a level is shown after its variable."""
        found = _LEVEL.fullmatch(factor)
        if not found:
            return self.show(factor, Kind.NAME)
        called = _CALL.fullmatch(found["name"])
        name, level = called["name"] if called else found["name"], found["level"]
        return f"{self.show(name, Kind.NAME)}: {self.show(f'{name}={level}', Kind.NAME)}"

    def _fill(self, piece: str, look: Look, facts: Mapping[str, Any]) -> Iterator[Run]:
        """Fill one piece of a wording; a fact that is a text keeps its own look."""
        for words, name, kind, _ in string.Formatter().parse(piece):
            if words:
                yield Run(text=words, **look)
            if name is not None and kind:
                yield from self._fact(facts[name], kind, look)

    def _fact(self, fact: Any, kind: str, look: Look) -> Iterator[Run]:
        if isinstance(fact, Text):
            yield from self.say(fact)
        elif isinstance(fact, tuple):
            for place, one in enumerate(fact):
                if place:
                    between = TEXTS_BETWEEN if isinstance(one, Text) else self.marks.between
                    yield Run(text=between, **look)
                yield from self._fact(one, kind, look)
        else:
            yield Run(text=self.show(fact, Kind(kind)), **look)


def _has_digit(shown: str) -> bool:
    """Say whether a number was not rounded to zero."""
    return any(character in "123456789" for character in shown)


def plain(runs: Runs) -> str:
    """Join runs to characters without their look.

    Examples
    --------
    >>> plain((Run(text="p", italic=True), Run(text=" = .04")))
    'p = .04'
    """
    return "".join(run.text for run in runs)


@cache
def wording(language: str) -> Mapping[str, str]:
    """Read the messages of a language, each under its id."""
    source = files("campaign_effect.apa") / "wording" / f"{language}.toml"
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    return dict(_flat(tables, ""))


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, str):
            yield prefix + key, value
        else:
            yield from _flat(value, f"{prefix}{key}.")


def _looks(template: str) -> Iterator[tuple[str, Look]]:
    """Split a wording at its markup into pieces and how they look."""
    end = 0
    for found in _MARKUP.finditer(template):
        yield template[end : found.start()], {}
        look = str(found.lastgroup)
        yield found[look], {look: True}
        end = found.end()
    yield template[end:], {}
