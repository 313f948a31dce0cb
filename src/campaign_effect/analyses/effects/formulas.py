"""Formulas: checked word by word before a library that evaluates Python sees them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd

from campaign_effect.errors import FormulaError, UsageError, nearest_word
from campaign_effect.stats.moments.arrays import Floats

FUNCTIONS: Final = frozenset(
    {"C", "I", "bs", "contr.diff", "contr.helmert", "contr.poly", "contr.sum"}
    | {"contr.treatment", "exp", "log", "log10", "log2", "poly"}
)
"""What a formula may call: factors, their contrasts, curves and arithmetic."""

INTERCEPT: Final = "Intercept"
"""What formulaic calls the column of ones."""

POWERS: Final = ("1", "2", "3", "4", "5", "6")
"""What a term may be raised to."""

PLACE: Final = "column_"
"""How formulaic calls the columns; a number follows."""

_PLACED: Final = re.compile(rf"\b{PLACE}(\d+)\b")
_IS_PLAIN: Final = re.compile(rf"1|{PLACE}\d+|C\({PLACE}\d+.*\)")
_LEVEL: Final = re.compile(r"\[[^\]]*\]")
_ARGUMENTS: Final = frozenset({"base", "degree", "df", "knots", "raw", "True", "False"})
_TOKEN: Final = re.compile(
    r"""(?P<quoted>`[^`]+`)
      | (?P<text>"[^"\\]*"|'[^'\\]*')
      | (?P<number>\d+(\.\d*)?|\.\d+)
      | (?P<name>[^\W\d][\w.]*)
      | (?P<mark>\*\*|[-+*/:^(),=\[\]])
      | (?P<space>\s+)
      | (?P<other>.)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFormula:
    """An outcome and the right-hand side, every word of it known.

    Attributes
    ----------
    text : str
        As written.
    outcome : str
        The column left of "~".
    right : str
        For formulaic: names that Python could not read are quoted.
    columns : tuple of str
        The columns right of "~", in order of first use.
    factors : tuple of str
        Those that stand in ``C()`` only: their numbers are levels.
    """

    text: str
    outcome: str
    right: str
    columns: tuple[str, ...]
    factors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """A design matrix that can be made again for other answers.

    Attributes
    ----------
    X : ndarray, shape (n, p)
    terms : tuple of str
        One a column.
    spec : object
        What formulaic needs to code new answers alike.
    columns : tuple of str
        Of the formula, in the order of their places.
    """

    X: Floats
    terms: tuple[str, ...]
    spec: Any
    columns: tuple[str, ...]

    def of(self, answers: pd.DataFrame) -> Floats:
        """Make the design of other answers with the same coding.

        Raises
        ------
        UsageError
            If a curve of the formula is not known at these answers.
        """
        import formulaic  # type: ignore[import-untyped]  # it ships no types

        placed = _placed(answers, self.columns)
        try:
            made = np.asarray(self.spec.get_model_matrix(placed), dtype=np.float64)
        except formulaic.errors.FormulaicError as error:
            raise UsageError(
                "A curve of the formula is not known at these answers.",
                hint="a spline knows nothing beyond the least and the greatest answer: choose "
                "answers, or two answers to change between, that lie within.",
            ) from error
        if self._has_ones:
            return made
        return made[:, [term != INTERCEPT for term in self.spec.column_names]]

    def formed_terms(self) -> dict[str, tuple[str, ...]]:
        """Name the interactions and curves, each with its columns."""
        found = {}
        for term in self.spec.terms:
            parts = [str(factor.expr) for factor in term.factors]
            is_formed = len(parts) > 1 or not _IS_PLAIN.fullmatch(parts[0])
            if is_formed:
                text = ":".join(parts)
                places = dict.fromkeys(int(place) for place in _PLACED.findall(text))
                columns = tuple(self.columns[place] for place in places)
                found[_named(text, self.columns)] = columns
        return found

    def own_column(self, name: str) -> int | None:
        """Find the column that is a variable itself, where it stands in no other column."""
        placed = f"{PLACE}{self.columns.index(name)}"
        if [self.spec.column_names[i] for i in self.spec.variable_indices[placed]] != [placed]:
            return None
        kept = [t for t in self.spec.column_names if self._has_ones or t != INTERCEPT]
        return kept.index(placed)

    @property
    def _has_ones(self) -> bool:
        """Whether no column of ones was left out."""
        return len(self.terms) == len(self.spec.column_names)

    def places(self, names: Sequence[str]) -> tuple[int, ...]:
        """Find the columns of terms, those of all levels of a factor.

        Raises
        ------
        UsageError
            If there is no such term.
        """
        written = [_LEVEL.sub("", term) for term in self.terms]
        for name in names:
            if name not in written:
                near = nearest_word(name, written)
                raise UsageError(
                    f"{name!r} is no term of the model.",
                    received=f"terms {list(dict.fromkeys(written))}",
                    hint=f"did you mean {near!r}?" if near else "choose one of these.",
                )
        return tuple(place for place, term in enumerate(written) if term in names)

    def without_intercept(self) -> Design:
        """Leave the column of ones out, where something else stands for it."""
        kept = [term != INTERCEPT for term in self.terms]
        terms = tuple(term for term in self.terms if term != INTERCEPT)
        return replace(self, X=self.X[:, kept], terms=terms)


def check_formula(formula: str, columns: Collection[str]) -> CheckedFormula:
    """Read a formula and refuse every word that is no column and no allowed function.

    Parameters
    ----------
    formula : str
        ``outcome ~ terms``, with ``+ - * : / ^ ( )``, ``C(x, contr.sum)``, ``I(x**2)``,
        ``poly(x, 2)``, ``bs(x, df=4)``, ``log(x)``. A name with spaces is put in backticks.
    columns : collection of str
        What may be named.

    Raises
    ------
    FormulaError
        If a word is unknown (with the nearest column) or a sign is not allowed.

    Examples
    --------
    >>> check_formula("vote ~ wa * age", ["vote", "wa", "age"]).columns
    ('wa', 'age')
    """
    left, tilde, right = str(formula).partition("~")
    outcome = left.strip().strip("`")
    if not tilde or not outcome or not right.strip():
        raise FormulaError(
            f"The formula {formula!r} has no outcome or no terms.",
            hint="write it as 'outcome ~ exposure + control'.",
        )
    if outcome not in columns:
        raise _unknown(outcome, formula, columns)
    tokens = list(_tokens(right, formula, columns))
    _refuse_powers(tokens, formula)
    named = tuple(dict.fromkeys(word for kind, word in tokens if kind == "column"))
    places = {name: f"{PLACE}{i}" for i, name in enumerate(named)}
    written = "".join(places[word] if kind == "column" else word for kind, word in tokens)
    return CheckedFormula(
        text=formula,
        outcome=outcome,
        right=written,
        columns=named,
        factors=_only_factors(tokens, named),
    )


def as_factor(formula: str, name: str, columns: Collection[str]) -> str:
    """Write a formula in which a number enters as a factor: a level for each answer.

    Parameters
    ----------
    formula : str
        Whose right side names the variable outside of functions.
    name : str
    columns : collection of str
        What may be named.

    Raises
    ------
    FormulaError
        If a word is unknown.

    Examples
    --------
    >>> as_factor("vote ~ wa + age", "wa", ["vote", "wa", "age"])
    'vote ~ C(`wa`) + age'
    """
    left, _, right = formula.partition("~")
    written = [
        (f"C(`{word}`)" if word == name else f"`{word}`" if " " in word else word)
        if kind == "column"
        else word
        for kind, word in _tokens(right, formula, columns)
    ]
    return f"{left}~{''.join(written)}"


def build_design(formula: CheckedFormula, answers: pd.DataFrame) -> Design:
    """Make the design matrix of complete answers.

    Parameters
    ----------
    formula : CheckedFormula
    answers : DataFrame
        Without missing values. A column that is not numeric is a factor whose base is its
        first category, else the first of its sorted values.

    Raises
    ------
    FormulaError
        If the terms cannot be made from these answers.
    """
    import formulaic

    try:
        matrix = formulaic.Formula(formula.right).get_model_matrix(
            _placed(answers, formula.columns), na_action="raise", output="numpy"
        )
    except (formulaic.errors.FormulaicError, ArithmeticError, TypeError, ValueError) as error:
        raise FormulaError(
            f"The formula {formula.text!r} cannot be applied to these answers.",
            hint="check its brackets, and that every function has a value at every answer "
            "(a logarithm none at 0 or below).",
        ) from error
    spec = matrix.model_spec
    X = np.asarray(matrix, dtype=np.float64)
    if not X.shape[1]:
        raise FormulaError(
            f"The formula {formula.text!r} has no terms.",
            hint="write it as 'outcome ~ exposure + control'.",
        )
    terms = tuple(_named(term, formula.columns) for term in spec.column_names)
    return Design(X=X, terms=terms, spec=spec, columns=formula.columns)


def _placed(answers: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Name columns by their place: formulaic finds names within the names of functions."""
    placed = {f"{PLACE}{i}": answers[name] for i, name in enumerate(columns)}
    return pd.DataFrame(placed, index=answers.index, copy=False)


def _named(term: str, columns: tuple[str, ...]) -> str:
    """Name a term by its columns again."""
    return _PLACED.sub(lambda found: columns[int(found[1])], term)


def _refuse_powers(tokens: list[tuple[str, str]], formula: str) -> None:
    """Refuse powers that no curve needs and that would not end."""
    words = [word for kind, word in tokens if kind != "space"]
    for sign, power in pairwise(words):
        if sign in {"^", "**"} and power not in POWERS:
            raise FormulaError(
                f"The formula {formula!r} raises something to the power {power}.",
                hint=f"use a whole number up to {POWERS[-1]}.",
            )


def _only_factors(tokens: list[tuple[str, str]], named: tuple[str, ...]) -> tuple[str, ...]:
    """Find the columns that stand in C() wherever they stand."""
    words = [(kind, word) for kind, word in tokens if kind != "space"]
    places: dict[str, list[bool]] = {name: [] for name in named}
    for i, (kind, word) in enumerate(words):
        if kind == "column":
            before = [word for _, word in words[max(i - 2, 0) : i]]
            places[word].append(before == ["C", "("])
    return tuple(name for name, found in places.items() if all(found))


def _tokens(right: str, formula: str, columns: Collection[str]) -> Iterator[tuple[str, str]]:
    """Split the right side into columns and everything else, each checked."""
    for found in _TOKEN.finditer(right):
        kind, word = str(found.lastgroup), found[0]
        if kind == "quoted":
            kind, word = "name", word.strip("`")
        if kind == "other":
            raise FormulaError(
                f"The formula {formula!r} holds the sign {word!r}.",
                hint="use column names, numbers, + - * : / ^ ( ) and the functions "
                f"{', '.join(sorted(FUNCTIONS))}.",
            )
        if kind == "name":
            kind = _kind_of_name(word, right[found.end() :], formula, columns)
        yield kind, word


def _kind_of_name(word: str, rest: str, formula: str, columns: Collection[str]) -> str:
    is_called = rest.lstrip().startswith("(")
    if word in FUNCTIONS and (is_called or word.startswith("contr.")):
        return "function"
    if word in columns and not is_called:
        return "column"
    if word in _ARGUMENTS:
        return "argument"
    raise _unknown(word, formula, columns)


def _unknown(word: str, formula: str, columns: Collection[str]) -> FormulaError:
    near = nearest_word(word, [*columns, *FUNCTIONS])
    return FormulaError(
        f"The formula {formula!r} names {word!r}, which is no column of the survey.",
        received=f"{len(columns)} columns",
        hint=f"did you mean {near!r}?" if near else "name a column, or quote it in backticks.",
    )
