"""The words every analysis uses to say what it found. No sentences, no formatting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, get_args, get_type_hints

from campaign_effect.errors import Fact, UsageError

if TYPE_CHECKING:
    import pandas as pd


class Kind(StrEnum):
    """How a value is to be read; the style decides how it looks."""

    NAME = "name"  # of an item, construct, variable or level: shown by its label
    TERM = "term"  # of a model: names joined by ":" and levels in "[T.…]"
    WORD = "word"  # the id of a word in the wording files
    LITERAL = "literal"  # text of the survey, shown as it is
    COUNT = "count"
    NUMBER = "number"
    BOUNDED = "bounded"  # cannot exceed 1 in size: APA drops the leading zero
    PROPORTION = "proportion"  # in [0, 1], shown as a percentage
    TENTH = "tenth"  # a number with one decimal
    PERCENT = "percent"  # in [0, 1], shown as a whole percentage
    LEVEL = "level"  # of significance: as few digits as it has
    POINTS = "points"  # a difference of proportions, shown in percentage points
    P_VALUE = "p_value"
    DF = "df"  # degrees of freedom, whole or not
    FLAG = "flag"  # true or false


Name = Annotated[str, Kind.NAME]
Term = Annotated[str, Kind.TERM]
Word = Annotated[str, Kind.WORD]
Literal = Annotated[str, Kind.LITERAL]
Count = Annotated[int, Kind.COUNT]
Number = Annotated[float, Kind.NUMBER]
Bounded = Annotated[float, Kind.BOUNDED]
Proportion = Annotated[float, Kind.PROPORTION]
Points = Annotated[float, Kind.POINTS]
PValue = Annotated[float, Kind.P_VALUE]
Df = Annotated[float, Kind.DF]
Flag = Annotated[bool, Kind.FLAG]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a result. Its fields are columns; their types say their kind."""

    @classmethod
    def kinds(cls) -> dict[str, Kind]:
        """Give the kind of every column, in the order declared."""
        hints = get_type_hints(cls, include_extras=True)
        return {f.name: _kind_of(hints[f.name]) for f in fields(cls)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Who was counted, and why others were not.

    Attributes
    ----------
    n_total : int
        Respondents in the survey that was analysed.
    n_used : int
        Respondents of whom at least one answer entered the numbers.
    dropped : tuple of (reason, count)
        Why the others were left out; the counts add up to ``n_total - n_used``.
    weight : str, optional
        The column of the weights, where respondents count unequally.
    effective_n : float, optional
        How many respondents of equal weight would tell as much of a mean (Kish).
    n_imputed : int
        Respondents used of whom missing answers were imputed.
    n_imputations : int
        How many times.
    imputed : tuple of (variable, count)
        Answers of each variable that were imputed.
    """

    n_total: int
    n_used: int
    dropped: tuple[tuple[str, int], ...] = ()
    weight: str | None = None
    effective_n: float | None = None
    n_imputed: int = 0
    n_imputations: int = 0
    imputed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A condition worth reading: a code and its facts. Its words are in the wording files."""

    code: str
    facts: tuple[tuple[str, Fact], ...] = ()

    @classmethod
    def of(cls, code: str, **facts: Fact) -> Notice:
        """Make a notice from keyword facts.

        Examples
        --------
        >>> Notice.of("low_alpha", construct="trust").facts
        (('construct', 'trust'),)
        """
        return cls(code=code, facts=tuple(facts.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Glossary:
    """The label of every name, per language.

    Attributes
    ----------
    entries : tuple of (name, ((language, label), ...))
        A level of a variable is named ``variable=level``.
    """

    entries: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def label(self, name: str, language: str) -> str:
        """Give the label in this language, else in any, else the level or the name itself."""
        labels = _index(self).get(name, {})
        found = labels.get(language) or next(iter(labels.values()), None)
        return found or name.partition("=")[2] or name


NO_GLOSSARY: Final = Glossary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What every analysis returns: rows under names, and whom they were counted from.

    Attributes
    ----------
    samples : tuple of (part, Sample)
        Who was counted in each part.
    notices : tuple of Notice
        Conditions worth reading.
    glossary : Glossary
        Labels of the names in the rows.
    """

    name: ClassVar[str]
    samples: tuple[tuple[str, Sample], ...]
    notices: tuple[Notice, ...] = ()
    glossary: Glossary = field(default=NO_GLOSSARY, repr=False)

    @classmethod
    def row_types(cls) -> dict[str, type[Row]]:
        """Give the row class of every part, in the order declared."""
        hints = get_type_hints(cls)
        found = {f.name: get_args(hints[f.name]) for f in fields(cls)}
        return {name: args[0] for name, args in found.items() if _are_rows(args)}

    @property
    def sample(self) -> Sample:
        """Who was counted in the first part."""
        return self.samples[0][1]

    def sample_of(self, part: str) -> Sample:
        """Who was counted in one part."""
        return dict(self.samples)[part]

    def parts(self) -> dict[str, tuple[Row, ...]]:
        """Every field that holds rows, in the order declared; a part may be empty."""
        return {name: getattr(self, name) for name in self.row_types()}

    def tidy(self, part: str | None = None) -> pd.DataFrame:
        """One part as a data frame, the first by default; numbers stay numbers.

        Parameters
        ----------
        part : str, optional
            A name of ``parts()``.

        Raises
        ------
        UsageError
            If the result has no such part.
        """
        import pandas as pd

        types = self.row_types()
        part = next(iter(types)) if part is None else part
        if part not in types:
            raise UsageError(
                f"The result {self.name!r} has no part {part!r}.",
                hint=f"choose one of {list(types)}.",
            )
        rows = [asdict(row) for row in getattr(self, part)]
        return pd.DataFrame(rows, columns=list(types[part].kinds()))

    def _repr_mimebundle_(self, **_: object) -> Mapping[str, str]:
        """Show the result in a notebook as its report."""
        # The one import that points up: a notebook asks a result to show itself.
        from campaign_effect.report import show_result

        return show_result(self)


def _kind_of(hint: Any) -> Kind:
    """Find the kind in ``Annotated[type, kind]`` or ``Annotated[type, kind] | None``."""
    for option in (hint, *get_args(hint)):
        for mark in getattr(option, "__metadata__", ()):
            if isinstance(mark, Kind):
                return mark
    raise TypeError(f"A column needs a kind; {hint!r} has none.")


def _are_rows(args: tuple[Any, ...]) -> bool:
    """Say whether the arguments of a hint are those of ``tuple[SomeRow, ...]``."""
    is_tuple = len(args) == 2 and args[1] is ...
    return is_tuple and isinstance(args[0], type) and issubclass(args[0], Row)


@cache
def _index(glossary: Glossary) -> dict[str, dict[str, str]]:
    return {name: dict(labels) for name, labels in glossary.entries}
