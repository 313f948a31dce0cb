"""Arithmetic on parameter labels: values with their gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from campaign_effect.errors import FormulaError, nearest_word
from campaign_effect.stats.moments.arrays import Floats


@dataclass(frozen=True, slots=True)
class Dual:
    """A value with its gradient, shape (q,)."""

    value: float
    gradient: Floats


@dataclass(frozen=True, slots=True)
class Expression:
    """A node: an operator with operands, a label, or a number.

    Attributes
    ----------
    operator : str
        One of ``+ - * / ^ negate exp log sqrt abs label number``.
    operands : tuple of Expression
        What the operator works on; empty for a label or a number.
    name : str
        The label.
    number : float
        The number.
    """

    operator: str
    operands: tuple[Expression, ...] = ()
    name: str = ""
    number: float = 0.0

    def labels(self) -> frozenset[str]:
        """Return the labels that the expression uses."""
        own = {self.name} if self.operator == "label" else set()
        return frozenset(own.union(*(operand.labels() for operand in self.operands)))


FUNCTIONS: Final = ("exp", "log", "sqrt", "abs")


def evaluate(expression: Expression, labels: Mapping[str, Dual]) -> Dual:
    """Return an expression's value and gradient.

    Parameters
    ----------
    expression : Expression
        What is to be computed.
    labels : mapping of str to Dual
        Each label's value and its gradient by the free parameters, shape (q,).

    Returns
    -------
    Dual

    Raises
    ------
    FormulaError
        If the expression uses a label that no parameter has.

    Examples
    --------
    >>> a, b = (Expression("label", name=name) for name in "ab")
    >>> at = {"a": Dual(2.0, np.array([1.0, 0])), "b": Dual(3.0, np.array([0, 1.0]))}
    >>> result = evaluate(Expression("*", (a, b)), at)
    >>> result.value, result.gradient.tolist()
    (6.0, [3.0, 2.0])
    """
    if expression.operator == "label":
        return _look_up(expression.name, labels)
    if expression.operator == "number":
        width = len(next(iter(labels.values())).gradient) if labels else 0
        return Dual(expression.number, np.zeros(width))
    operands = [evaluate(operand, labels) for operand in expression.operands]
    return OPERATIONS[expression.operator](*operands)


def _look_up(name: str, labels: Mapping[str, Dual]) -> Dual:
    if name not in labels:
        near = nearest_word(name, labels)
        raise FormulaError(
            f"No parameter has the label {name!r}.",
            received=f"labels {sorted(labels)}",
            hint=f"did you mean {near!r}?" if near else "put it before a variable: f =~ a*x1.",
        )
    return labels[name]


def _divide(a: Dual, b: Dual) -> Dual:
    value = a.value / b.value
    return Dual(value, (a.gradient - value * b.gradient) / b.value)


def _power(a: Dual, b: Dual) -> Dual:
    value = a.value**b.value
    gradient = b.value * a.value ** (b.value - 1) * a.gradient
    if b.gradient.any():
        gradient = gradient + value * math.log(a.value) * b.gradient
    return Dual(value, gradient)


def _exp(a: Dual) -> Dual:
    value = math.exp(a.value)
    return Dual(value, value * a.gradient)


def _sqrt(a: Dual) -> Dual:
    value = math.sqrt(a.value)
    return Dual(value, a.gradient / (2 * value))


OPERATIONS: Final[dict[str, Callable[..., Dual]]] = {
    "+": lambda a, b: Dual(a.value + b.value, a.gradient + b.gradient),
    "-": lambda a, b: Dual(a.value - b.value, a.gradient - b.gradient),
    "*": lambda a, b: Dual(a.value * b.value, a.value * b.gradient + b.value * a.gradient),
    "/": _divide,
    "^": _power,
    "negate": lambda a: Dual(-a.value, -a.gradient),
    "exp": _exp,
    "log": lambda a: Dual(math.log(a.value), a.gradient / a.value),
    "sqrt": _sqrt,
    "abs": lambda a: Dual(abs(a.value), math.copysign(1.0, a.value) * a.gradient),
}
