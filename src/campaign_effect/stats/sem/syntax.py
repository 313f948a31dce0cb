"""lavaan's model syntax: text to relations, definitions and constraints."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from campaign_effect.errors import FormulaError
from campaign_effect.stats.sem.expressions import FUNCTIONS, Expression
from campaign_effect.stats.sem.tokens import Token, mistake, tokenise


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    """What is said of a parameter: one value for all groups, or one for each.

    Attributes
    ----------
    fixed : tuple of float
        Values to fix it at; NaN frees it.
    start : tuple of float
        Starting values.
    labels : tuple of str
        Labels; parameters of one label are equal.
    equal : str
        Another parameter that it equals, as ``f=~x1``.
    """

    fixed: tuple[float, ...] = ()
    start: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    equal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One parameter as written: ``left operator right`` with its modifier.

    Attributes
    ----------
    left, right : str
        Variables; ``right`` is empty for an intercept and a threshold's name after ``|``.
    operator : str
        One of ``=~ ~ ~~ ~1 | ~*~``.
    modifier : Modifier
        What is said of it.
    place : int
        Where ``right`` starts in the model's text.
    """

    left: str
    operator: str
    right: str
    modifier: Modifier
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model as written.

    Attributes
    ----------
    text : str
        The model's text.
    relations : tuple of Relation
        Its parameters, in order.
    definitions : tuple of (str, Expression)
        New parameters, ``name := expression``.
    constraints : tuple of (Expression, Expression)
        Both sides of each ``==``.
    """

    text: str
    relations: tuple[Relation, ...]
    definitions: tuple[tuple[str, Expression], ...]
    constraints: tuple[tuple[Expression, Expression], ...]


def parse_model(text: str) -> Model:
    """Read a model in lavaan's syntax.

    Parameters
    ----------
    text : str
        Statements by line or semicolon: ``f =~ x1 + a*x2`` (loadings), ``y ~ x`` (regression),
        ``x1 ~~ x2`` ((co)variance), ``y ~ 1`` (intercept), ``y | t1`` (threshold),
        ``y ~*~ y`` (scale), ``ab := a*b`` (new parameter), ``a == b`` (constraint).
        Before ``*``: a number fixes, ``NA`` frees, a name labels, ``c(a, b)`` speaks to each
        group, ``start(.5)`` starts, ``equal("f=~x1")`` equals. ``#`` and ``!`` start comments.

    Returns
    -------
    Model

    Raises
    ------
    FormulaError
        If the text cannot be read; the message shows the line and the place.

    References
    ----------
    .. [1] Rosseel, Y. (2012). lavaan: An R package for structural equation modeling. Journal of
       Statistical Software, 48(2), 1-36. https://doi.org/10.18637/jss.v048.i02

    Examples
    --------
    >>> model = parse_model("f =~ x1 + a*x2; double := 2*a")
    >>> [(r.left, r.operator, r.right, r.modifier.labels) for r in model.relations]
    [('f', '=~', 'x1', ()), ('f', '=~', 'x2', ('a',))]
    """
    reader = _Reader(text)
    relations: list[Relation] = []
    definitions: list[tuple[str, Expression]] = []
    constraints: list[tuple[Expression, Expression]] = []
    while reader.skip_ends():
        operator = reader.statement_operator()
        if operator == ":=":
            definitions.append(reader.definition())
        elif operator == "==":
            constraints.append(reader.constraint())
        else:
            relations.extend(reader.relations())
    if not relations:
        raise FormulaError("The model names no parameter.", hint="write f =~ x1 + x2 + x3.")
    return Model(
        text=text,
        relations=_merged(text, relations),
        definitions=tuple(definitions),
        constraints=tuple(constraints),
    )


def _merged(text: str, relations: list[Relation]) -> tuple[Relation, ...]:
    """Join what is said of one parameter in several places, as ``f =~ x1 + a*x1``."""
    merged: dict[tuple[str, str, str], Relation] = {}
    for relation in relations:
        key = (relation.left, relation.operator, relation.right)
        twin = (relation.right, relation.operator, relation.left)
        if relation.operator == "~~" and twin in merged:
            key = twin
        if key in merged:
            earlier = merged[key]
            joined = _join(text, relation, earlier.modifier)
            merged[key] = replace(earlier, modifier=joined)
        else:
            merged[key] = relation
    return tuple(merged.values())


def _join(text: str, relation: Relation, earlier: Modifier) -> Modifier:
    """Join two modifiers of one parameter that say different things."""
    later = relation.modifier
    both = [
        n for n in Modifier.__dataclass_fields__ if getattr(later, n) and getattr(earlier, n)
    ]
    if both or later == Modifier():
        raise mistake(text, relation.place, "this parameter is already in the model")
    words = {n: getattr(later, n) or getattr(earlier, n) for n in Modifier.__dataclass_fields__}
    return Modifier(**words)


_MODEL_OPERATORS: Final = ("=~", "~", "~~", "|", "~*~")


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenise(text)
        self.at = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, text: str) -> bool:
        found = self.token.text == text
        self.at += found
        return found

    def expect(self, kind: str, wanted: str) -> Token:
        if self.token.kind != kind:
            raise self.mistake(f"expected {wanted}")
        return self.next()

    def mistake(self, problem: str, hint: str = "") -> FormulaError:
        return mistake(self.text, self.token.start, problem, hint)

    def skip_ends(self) -> bool:
        """Pass the ends of statements; whether anything follows."""
        while self.at < len(self.tokens) and self.token.kind == "end":
            self.at += 1
        return self.at < len(self.tokens)

    def skip_lines(self) -> None:
        """Pass line ends inside a statement, after a sign that wants more."""
        while self.token.text == "\n" and self.at + 1 < len(self.tokens):
            self.at += 1

    def more_terms(self) -> bool:
        """Accept a ``+``, here or at the start of the next line."""
        here = self.at
        self.skip_lines()
        if self.accept("+"):
            self.skip_lines()
            return True
        self.at = here
        return False

    def statement_operator(self) -> str:
        """Return the operator of the statement that starts here."""
        for token in self.tokens[self.at :]:
            if token.kind == "relation":
                if token.text in ("<", ">", "<~"):
                    raise mistake(
                        self.text,
                        token.start,
                        f"{token.text!r} is not supported",
                        "use =~ ~ ~~ ~1 | ~*~ := or ==.",
                    )
                return token.text
            if token.kind == "end":
                break
        raise self.mistake("a statement needs an operator", "write f =~ x1 + x2 or y ~ x.")

    def relations(self) -> list[Relation]:
        lefts = [self.expect("name", "a variable").text]
        while self.more_terms():
            lefts.append(self.expect("name", "a variable").text)
        operator = self.expect("relation", "an operator such as =~ or ~").text
        if operator not in _MODEL_OPERATORS:
            raise self.mistake(f"{operator!r} cannot stand here")
        self.skip_lines()
        terms = [self.term(operator)]
        while self.more_terms():
            terms.append(self.term(operator))
        if self.token.kind != "end":
            raise self.mistake("expected + or the end of the line")
        return [replace(term, left=left) for left in lefts for term in terms]

    def term(self, operator: str) -> Relation:
        modifier = Modifier()
        while self._has_modifier():
            modifier = self.modifier(modifier)
            self.skip_lines()
        place = self.token.start
        if operator == "~" and self.token.kind == "number":
            if self.next().text != "1":
                raise mistake(self.text, place, "expected a variable or 1 (the intercept)")
            return Relation(left="", operator="~1", right="", modifier=modifier, place=place)
        right = self.expect("name", "a variable").text
        return Relation(left="", operator=operator, right=right, modifier=modifier, place=place)

    def _has_modifier(self) -> bool:
        """Whether a ``*`` or ``?`` comes before the term ends."""
        depth = 0
        for token in self.tokens[self.at :]:
            depth += (token.text == "(") - (token.text == ")")
            if depth == 0 and token.text in ("*", "?"):
                return True
            if token.kind in ("end", "relation") or (depth == 0 and token.text == "+"):
                return False
        return False

    def modifier(self, earlier: Modifier) -> Modifier:
        """Read what stands before a ``*`` (or a starting value before ``?``)."""
        word = self.token.text
        call = self.tokens[self.at + 1].text == "("
        if call and word in ("start", "label", "equal"):
            self.at += 1
            values = self.values()
        else:
            word = ""
            values = self.values() if call and self.accept("c") else (self.value(),)
        sign = self.next()
        if sign.text not in ("*", "?"):
            raise mistake(self.text, sign.start, "expected * between a modifier and a variable")
        return self.modified(earlier, "start" if sign.text == "?" else word, values)

    def modified(
        self, earlier: Modifier, word: str, values: tuple[float | str, ...]
    ) -> Modifier:
        numbers = tuple(value for value in values if isinstance(value, float))
        names = tuple(value for value in values if isinstance(value, str))
        if numbers and names and not word:
            return replace(earlier, fixed=_numbers(values), labels=_names(values))
        if word == "start" and not names:
            return replace(earlier, start=numbers)
        if word == "equal" and not numbers:
            return replace(earlier, equal=names[0].replace(" ", ""))
        if names and word in ("", "label"):
            return replace(earlier, labels=names)
        if numbers and not word:
            return replace(earlier, fixed=numbers)
        raise self.mistake(f"{word}() cannot hold {values}")

    def values(self) -> tuple[float | str, ...]:
        """Read ``(value, value, ...)``."""
        self.next()
        values = [self.value()]
        while self.accept(","):
            values.append(self.value())
        if not self.accept(")"):
            raise self.mistake("expected )")
        return tuple(values)

    def value(self) -> float | str:
        """Read a number, ``NA`` (as NaN), a label or a text."""
        if self.accept("-"):
            return -float(self.expect("number", "a number").text)
        token = self.next()
        if token.kind == "number":
            return float(token.text)
        if token.text == "NA":
            return math.nan
        if token.kind in ("name", "text"):
            return token.text.strip("\"'")
        raise mistake(self.text, token.start, "expected a number, a label or NA")

    def definition(self) -> tuple[str, Expression]:
        name = self.expect("name", "a name for the new parameter").text
        self.next()
        return name, self.whole_expression()

    def constraint(self) -> tuple[Expression, Expression]:
        left = self.sum()
        if not self.accept("=="):
            raise self.mistake("expected ==")
        return left, self.whole_expression()

    def whole_expression(self) -> Expression:
        expression = self.sum()
        if self.token.kind != "end":
            raise self.mistake("expected an operator or the end of the line")
        return expression

    def sum(self) -> Expression:
        expression = self.product()
        while self.token.text in ("+", "-"):
            expression = Expression(self.next().text, (expression, self.product()))
        return expression

    def product(self) -> Expression:
        expression = self.signed()
        while self.token.text in ("*", "/"):
            expression = Expression(self.next().text, (expression, self.signed()))
        return expression

    def signed(self) -> Expression:
        if self.accept("-"):
            return Expression("negate", (self.signed(),))
        base = self.atom()
        return Expression("^", (base, self.signed())) if self.accept("^") else base

    def atom(self) -> Expression:
        token = self.next()
        if token.kind == "number":
            return Expression("number", number=float(token.text))
        if token.text in FUNCTIONS and self.token.text == "(":
            return Expression(token.text, (self.atom(),))
        if token.kind == "name":
            return Expression("label", name=token.text)
        if token.text != "(":
            raise mistake(self.text, token.start, "expected a label, a number or (")
        inner = self.sum()
        if not self.accept(")"):
            raise self.mistake("expected )")
        return inner


def _numbers(values: tuple[float | str, ...]) -> tuple[float, ...]:
    """Return the numbers of a mixed vector, NaN (free) where a label stands."""
    return tuple(value if isinstance(value, float) else math.nan for value in values)


def _names(values: tuple[float | str, ...]) -> tuple[str, ...]:
    """Return the labels of a mixed vector, empty where a number stands."""
    return tuple(value if isinstance(value, str) else "" for value in values)
