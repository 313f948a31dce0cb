"""Everything that can go wrong, as a tree.

CampaignEffectError (ValueError)
  x UsageError            an option or argument that names nothing
  x SourceError           a file that cannot be read, or is not a survey
  x SchemaError           a schema that contradicts itself or its form
  x SurveyError           answers that do not fit the schema
    + MissingColumnsError
    + LabelsError
  x FormulaError          a formula outside the allowed words
  x StatisticsError       numbers that cannot be computed from these answers
    + TooFewItemsError
    + TooFewRowsError
    + NoVariationError
    + SeparationError
    + CollinearityError
    + ConvergenceError
  x OutputError           a place that cannot be written

An error is a mistake that its reader can mend: what is wrong, what came, what to do. A fact
about the data that does not stop the work is a ``Notice`` in the result instead. A
``StatisticsError`` that costs a report one analysis is said there in the report's language: its
``cause`` is the id of a sentence in the wording files, its ``facts`` fill it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from functools import wraps
from typing import Any, ParamSpec, TypeVar, get_args

P = ParamSpec("P")
T = TypeVar("T")

Fact = str | int | float | tuple[str, ...]
"""What an error, a notice or a text may state."""


class CampaignEffectError(ValueError):
    """A problem the reader can mend.

    Parameters
    ----------
    problem : str
        What is wrong and where, as a sentence.
    received : object, optional
        What came instead. Never personal data.
    hint : str, default ""
        What to do, as a sentence that can be followed.
    cause : str, optional
        The id of the sentence that says this in a report; that of the kind of error by default.
    **facts : str, int, float or tuple of str
        What that sentence states.

    Examples
    --------
    >>> print(CampaignEffectError("No village is named.", hint="add a cluster role."))
    No village is named.
    Hint: add a cluster role.
    """

    def __init__(
        self,
        problem: str,
        *,
        received: object = None,
        hint: str = "",
        cause: str = "",
        **facts: Fact,
    ) -> None:
        self.problem = problem
        self.received = received
        self.hint = hint
        self.cause = cause or self._kind()
        self.facts = facts
        lines = [problem]
        if received is not None:
            lines.append(f"Received: {received}.")
        if hint:
            lines.append(f"Hint: {hint}")
        super().__init__("\n".join(lines))

    @classmethod
    def _kind(cls) -> str:
        """Name the nearest kind of the tree above."""
        return next(kind.__name__ for kind in cls.__mro__ if kind.__module__ == __name__)


class UsageError(CampaignEffectError):
    """An option or argument names something that does not exist."""


class SourceError(CampaignEffectError):
    """A file cannot be read, or what it holds is not a survey."""


class SchemaError(CampaignEffectError):
    """A schema contradicts itself or the form of a schema."""


class SurveyError(CampaignEffectError):
    """The answers do not fit the schema."""


class MissingColumnsError(SurveyError):
    """Columns that were named are not in the survey."""

    @classmethod
    def of(cls, missing: Collection[str], columns: Iterable[object]) -> MissingColumnsError:
        """Name each missing column and the nearest one there is."""
        there = [str(column) for column in columns]
        nearest = {name: nearest_word(name, there) for name in missing}
        hints = [f"{name!r}: did you mean {near!r}?" for name, near in nearest.items() if near]
        return cls(
            f"Columns missing from the survey ({len(missing)}): {list(missing)}.",
            received=f"{len(there)} columns: {_shortened(there)}",
            hint=" ".join(hints) or "column names must be written as in the file.",
        )


class LabelsError(SurveyError):
    """Answers are no label of their scale, or fit several scales."""


class FormulaError(CampaignEffectError):
    """A formula cannot be read, or uses a word that is not allowed."""


class StatisticsError(CampaignEffectError):
    """The numbers cannot be computed from these answers."""


class TooFewItemsError(StatisticsError):
    """A scale has fewer items than the statistic needs."""


class TooFewRowsError(StatisticsError):
    """There are fewer answers than the statistic needs."""


class NoVariationError(StatisticsError):
    """A variable has one value only."""


class SeparationError(StatisticsError):
    """A combination of terms predicts the outcome perfectly: no finite estimate exists."""


class CollinearityError(StatisticsError):
    """Terms of a model are linear combinations of each other."""


class ConvergenceError(StatisticsError):
    """An optimiser stopped where its gradient is not zero."""


class OutputError(CampaignEffectError):
    """A place cannot be written."""


def takes(kind: type, hint: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Refuse a first argument of another kind, instead of failing somewhere within.

    Parameters
    ----------
    kind : type
        What the function takes first.
    hint : str
        How to come by one.

    Raises
    ------
    UsageError
        By the function, on another first argument.

    Examples
    --------
    >>> @takes(int, "count first.")
    ... def double(number):
    ...     return 2 * number
    >>> double("three")
    Traceback (most recent call last):
    ...
    campaign_effect.errors.UsageError: double takes int first.
    Received: str.
    Hint: count first.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        first = function.__code__.co_varnames[0]

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> T:
            given = args[0] if args else kwargs.get(first)
            if (args or first in kwargs) and not isinstance(given, kind):
                raise not_taken(function.__name__, kind, given, hint)
            return function(*args, **kwargs)

        return checked

    return decorate


def check_choice(option: str, given: object, choices: Any) -> None:
    """Refuse an option that is none of these choices, as the text "logit" or the class itself.

    Parameters
    ----------
    option : str
        Its name.
    given : object
        What came.
    choices : union of classes
        What it may be an instance of.

    Raises
    ------
    UsageError
        Saying how the nearest choice is written.

    Examples
    --------
    >>> check_choice("model", 3, int | float)
    """
    if isinstance(given, choices):
        return
    names = {kind.__name__.casefold(): kind.__name__ for kind in get_args(choices)}
    is_word = isinstance(given, str | type)
    word = given.__name__ if isinstance(given, type) else str(given)
    near = nearest_word(word.casefold(), names) if is_word else None
    raise UsageError(
        f"{option} takes a choice of this library.",
        received=f"{option}={word}" if is_word else type(given).__name__,
        hint=f"write {option}=ce.{names[near]}(...), with brackets and without quotation marks."
        if near
        else f"choose one of {list(names.values())}, as ce.{next(iter(names.values()))}().",
    )


def not_taken(name: str, kind: type, given: object, hint: str) -> UsageError:
    """Say that a function takes something else first."""
    return UsageError(
        f"{name} takes {kind.__name__} first.", received=type(given).__name__, hint=hint
    )


def nearest_word(word: str, words: Iterable[str]) -> str | None:
    """Find the word most like another one, or None where none is alike.

    Examples
    --------
    >>> nearest_word("revers", ["scale", "reversed"])
    'reversed'
    """
    found = get_close_matches(word, list(words), n=1, cutoff=0.6)
    return found[0] if found else None


def _shortened(columns: list[str], most: int = 20) -> str:
    shown = ", ".join(repr(column) for column in columns[:most])
    return shown + (", …" if len(columns) > most else "")
