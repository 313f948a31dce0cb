"""The smallest parts of a schema: words in each language, points, scales."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    model_validator,
)

Code = StrictInt | StrictStr
"""What stands for an answer: a whole number on an ordered scale, a word in a category."""

Language = Literal["en", "id"]


class Part(BaseModel):
    """A part of a schema: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Texts(Part):
    """The same words in each language; a plain string serves every language."""

    en: str | None = None
    id: str | None = None

    def say(self, language: str) -> str | None:
        """Give the words in this language, else in the other."""
        return (self.en or self.id) if language == "en" else (self.id or self.en)


def _texts(value: Any) -> Any:
    return {"en": value, "id": value} if isinstance(value, str) else value


def _tuple_of_one(value: Any) -> Any:
    return (value,) if isinstance(value, (str, int)) else value


Words = Annotated[Texts, BeforeValidator(_texts, json_schema_input_type=str | Texts)]
Strings = Annotated[
    tuple[str, ...],
    BeforeValidator(_tuple_of_one, json_schema_input_type=str | tuple[str, ...]),
]
Codes = Annotated[
    tuple[Code, ...],
    BeforeValidator(_tuple_of_one, json_schema_input_type=Code | tuple[Code, ...]),
]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class Point(Part):
    """One answer that can be ticked.

    Attributes
    ----------
    code : int or str
        What the answer is stored as.
    text : Texts
        Its label.
    accepts : tuple of str
        Other wordings that mean the same; case, spaces and dashes do not matter.
    """

    code: Code
    text: Words | None = None
    accepts: Strings = ()

    def wordings(self) -> Iterator[str]:
        """Give every text that stands for this answer."""
        yield str(self.code)
        if self.text:
            yield from {words: None for words in (self.text.en, self.text.id) if words}
        yield from self.accepts


class Scale(Part):
    """A set of answers.

    Attributes
    ----------
    name : str
        How items refer to it.
    points : tuple of Point
        The substantive answers, from low to high where the codes are numbers.
    aside : tuple of Point
        Answers with a meaning that is not a place on the scale ("don't know", "secret").
    """

    name: Identifier
    points: Annotated[tuple[Point, ...], Field(min_length=2)]
    aside: tuple[Point, ...] = ()

    @property
    def is_ordered(self) -> bool:
        """Whether every substantive code is a whole number."""
        return all(isinstance(point.code, int) for point in self.points)

    @property
    def low(self) -> int:
        """The smallest code of an ordered scale."""
        return min(int(point.code) for point in self.points)

    @property
    def high(self) -> int:
        """The largest code of an ordered scale."""
        return max(int(point.code) for point in self.points)

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        codes = [str(point.code) for point in (*self.points, *self.aside)]
        refuse_repeats(codes, f"scale {self.name!r} has the code")
        return self


LANGUAGES: Final = ("en", "id")
"""The languages a text may be given in."""


def refuse_repeats(names: Iterable[str], sentence: str) -> None:
    """Refuse names that stand twice, with a sentence that the name ends."""
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"{sentence} {name!r} {count} times")
