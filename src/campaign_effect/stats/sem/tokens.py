"""A model's text cut into words, each of which knows its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from campaign_effect.errors import FormulaError


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a model: its kind, its text, and where it starts in the model's text."""

    kind: str
    text: str
    start: int


_PATTERN: Final = re.compile(
    r"""
    (?P<space>[ \t\r]+|[\#!][^\n]*)
  | (?P<end>[\n;])
  | (?P<relation>=~|~~|~\*~|:=|==|<~|~|\||<|>)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<text>"[^"\n]*"|'[^'\n]*')
  | (?P<name>[^\W\d][\w.]*)
  | (?P<sign>[-+*/^(),?])
    """,
    re.VERBOSE,
)


def tokenise(text: str) -> tuple[Token, ...]:
    r"""Cut a model's text into tokens; comments and blanks are left out.

    Parameters
    ----------
    text : str
        A model in lavaan's syntax.

    Returns
    -------
    tuple of Token
        Kinds are relation, number, text, name, sign, and end (of a statement).

    Raises
    ------
    FormulaError
        If a character belongs to no token.

    Examples
    --------
    >>> [token.text for token in tokenise("f =~ x1 + 2*x2 # comment")]
    ['f', '=~', 'x1', '+', '2', '*', 'x2', '\n']
    """
    tokens = []
    place = 0
    while place < len(text):
        match = _PATTERN.match(text, place)
        if match is None:
            raise mistake(text, place, f"{text[place]!r} has no meaning in a model")
        kind = str(match.lastgroup)
        if kind != "space":
            tokens.append(Token(kind, match.group(), place))
        place = match.end()
    tokens.append(Token("end", "\n", len(text)))
    return tuple(tokens)


def mistake(text: str, place: int, problem: str, hint: str = "") -> FormulaError:
    """Return an error that shows the line of a place in the text, with a caret below it.

    Examples
    --------
    >>> print(mistake("f =~ x1 +* x2", 9, "expected a variable"))
    Line 1: expected a variable.
        f =~ x1 +* x2
                 ^
    """
    start = text.rfind("\n", 0, place) + 1
    line = text[start:].split("\n", 1)[0]
    number = text.count("\n", 0, start) + 1
    shown = f"    {line}\n    {' ' * (place - start)}^"
    return FormulaError(f"Line {number}: {problem}.\n{shown}", hint=hint)
