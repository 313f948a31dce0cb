"""The nouns of a questionnaire, frozen and checked against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from campaign_effect.errors import nearest_word, takes
from campaign_effect.schema.parts import (
    LANGUAGES,
    Code,
    Codes,
    Identifier,
    Language,
    Part,
    Point,
    Scale,
    Strings,
    Texts,
    Words,
    refuse_repeats,
)
from campaign_effect.schema.roles import Attention, Consent, Exposure, Outcome, Roles
from campaign_effect.schema.study import Study

__all__ = [
    "LANGUAGES",
    "Attention",
    "Code",
    "Codes",
    "Consent",
    "Construct",
    "Exclusion",
    "Exposure",
    "Identifier",
    "Item",
    "Language",
    "Outcome",
    "Part",
    "Point",
    "Roles",
    "Scale",
    "Schema",
    "Strings",
    "Study",
    "Texts",
    "Unfinished",
    "Variable",
    "Words",
]


class Item(Part):
    """One question of a construct.

    Attributes
    ----------
    name : str
        Its name in results and formulas.
    column : tuple of str
        The column in the file that holds it; of several (versions of a form side by side), the
        first that is filled in a row.
    text : Texts
        The question as it was asked.
    is_reversed : bool
        Whether agreeing means less of the construct (key ``reversed``).
    """

    name: Identifier
    column: Annotated[Strings, Field(min_length=1)]
    text: Words | None = None
    is_reversed: Annotated[bool, Field(alias="reversed")] = False


class Construct(Part):
    """What a block of items measures together.

    Attributes
    ----------
    name, text
        Its name in formulas and its label.
    scale : str
        The scale its items are answered on.
    items : tuple of Item
        At least one.
    score : "mean" or "sum"
        How a respondent's score is made from the items.
    min_answered : float
        Share of the items that must be answered for a score, in (0, 1]; a score from fewer
        items than all is the mean of those answered (times their number for a sum).
    """

    name: Identifier
    text: Words | None = None
    scale: str
    score: Literal["mean", "sum"] = "mean"
    min_answered: Annotated[float, Field(gt=0, le=1)] = 1.0
    items: Annotated[tuple[Item, ...], Field(min_length=1)]


class Variable(Part):
    """A question that stands for itself.

    Attributes
    ----------
    name, column, text
        As for an item. The column of choices is the one with all ticks in a cell, or the stem
        of columns that hold one option each: ``stem/wa``, ``stem[wa]``, ``stem [WhatsApp]``,
        ``stem_1`` where the option accepts "1".
    scale : str, optional
        A scale with number codes makes it an ordered number, one with words a category. The
        points of a scale of choices are the options.
    type : "number", "category" or "choices", optional
        Of a variable without a scale, a number or a category; by default a number where ``low``
        or ``high`` is given, else a category whose levels are the answers, sorted. Choices
        (several answers to one question) need a scale: the variable is the number of options
        ticked, and each option is a variable of its own, 0 or 1, named ``variable_code``.
    low, high : float, optional
        Numbers outside are impossible.
    aside : tuple of Point
        Answers of a variable without a scale that are no value of it (98 "don't know").
    none : tuple of codes
        Options that mean "none of these": not counted in the number ticked.
    """

    name: Identifier
    column: Annotated[Strings, Field(min_length=1)]
    text: Words | None = None
    scale: str | None = None
    type: Literal["number", "category", "choices"] | None = None
    low: float | None = None
    high: float | None = None
    aside: tuple[Point, ...] = ()
    none: Codes = ()

    @property
    def is_number(self) -> bool:
        """Whether its answers are numbers without a scale."""
        is_bounded = self.low is not None or self.high is not None
        return self.scale is None and (self.type == "number" or (not self.type and is_bounded))

    @property
    def is_choices(self) -> bool:
        """Whether several answers may be ticked."""
        return self.type == "choices"

    def option(self, point: Point) -> str:
        """Name the variable of one option.

        Examples
        --------
        >>> sources = Variable(name="sources", column=["Q1"], scale="media", type="choices")
        >>> sources.option(Point(code="wa"))
        'sources_wa'
        """
        return f"{self.name}_{re.sub(r'[^A-Za-z0-9]+', '_', str(point.code))}"

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        problem = _contradiction(self)
        if problem:
            raise ValueError(f"variable {self.name!r} {problem}")
        return self


def _contradiction(variable: Variable) -> str:
    """Say what keys of a variable do not go together, "" where all do."""
    is_bounded = variable.low is not None or variable.high is not None
    if variable.is_choices and variable.scale is None:
        return "of choices needs a scale: its points are the options"
    if variable.is_choices and (is_bounded or variable.aside):
        return "of choices: leave out low, high and aside"
    if variable.none and not variable.is_choices:
        return "is not of choices: leave out none"
    if variable.scale is None:
        is_category = variable.type == "category" and is_bounded
        return "is a category: leave out low and high" if is_category else ""
    if variable.aside:
        return "has a scale: put the answers aside there"
    is_said_twice = not variable.is_choices and (variable.type or is_bounded)
    return "has a scale: drop type, low, high" if is_said_twice else ""


Exclusion = Literal[
    "duplicate",
    "same_person",
    "same_device",
    "near_duplicate",
    "speeder",
    "straight_lining",
    "long_run",
    "inconsistent",
    "outlying",
    "failed_attention",
    "impossible_age",
    "under_18",
    "bot_pattern",
]
Unfinished = Literal["preview", "unfinished"]


class Schema(Part):
    """One questionnaire.

    Attributes
    ----------
    name, title
        How the command and the report call it.
    missing : tuple of str
        Cells that mean "no answer", besides blank ones.
    exclude : tuple of str
        Flags of the quality check whose respondents are left out of the analyses.
    min_cell : int, default 5
        Counts from 1 to one less are hidden in descriptive tables; 1 hides none.
    keep : tuple of str
        Rows that a program marks as no full answers and that are analysed all the same:
        ``preview`` (a test by the researcher), ``unfinished``.
    study : Study
        How the survey was made.
    scales, constructs, variables, roles
        See there.
    """

    name: Identifier
    title: Words | None = None
    missing: Strings = ()
    exclude: tuple[Exclusion, ...] = ()
    min_cell: Annotated[int, Field(ge=1)] = 5
    keep: tuple[Unfinished, ...] = ()
    study: Study = Study()
    scales: tuple[Scale, ...] = ()
    constructs: tuple[Construct, ...] = ()
    variables: tuple[Variable, ...] = ()
    roles: Roles = Roles()

    def scale(self, name: str) -> Scale:
        """Find a scale by its name."""
        return next(scale for scale in self.scales if scale.name == name)

    def construct_named(self, name: str) -> Construct:
        """Find a construct by its name."""
        return next(construct for construct in self.constructs if construct.name == name)

    def variable(self, name: str) -> Variable:
        """Find a variable by its name."""
        return next(variable for variable in self.variables if variable.name == name)

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item of every construct, in order."""
        return tuple(item for construct in self.constructs for item in construct.items)

    @property
    def options(self) -> tuple[tuple[str, Variable, Point], ...]:
        """Every option of every variable of choices: its name, the variable, the point."""
        return tuple(
            (variable.option(point), variable, point)
            for variable in self.variables
            if variable.is_choices and variable.scale is not None
            for point in self.scale(variable.scale).points
        )

    def aside(self, name: str) -> tuple[Point, ...]:
        """Give the answers aside of an item or variable, in the order of their absences."""
        for construct in self.constructs:
            if any(item.name == name for item in construct.items):
                return self.scale(construct.scale).aside
        found = next((v for v in self.variables if v.name == name), None)
        if found is None or found.scale is None:
            return found.aside if found else ()
        return self.scale(found.scale).aside

    @model_validator(mode="after")
    def _names_fit_together(self) -> Self:
        for where, word, words in _scale_references(self):
            _refuse_unknown(where, word, words)
        parts = (self.constructs, self.items, self.variables, self.roles.outcomes)
        names = [part.name for named in parts for part in named]
        names += [name for name, _, _ in self.options]
        refuse_repeats(
            names, "constructs, items, variables, options and outcomes share the name"
        )
        refuse_repeats([scale.name for scale in self.scales], "two scales have the name")
        for where, word, words in _references(self):
            _refuse_unknown(where, word, words)
        for construct in self.constructs:
            if not self.scale(construct.scale).is_ordered:
                raise ValueError(
                    f"construct {construct.name!r} needs a scale with whole-number codes; "
                    f"{construct.scale!r} has words"
                )
        numbers = {"weight": self.roles.weight, "age": self.roles.age}
        for role, name in numbers.items():
            found = next((v for v in self.variables if v.name == name), None)
            if found and not found.is_number:
                raise ValueError(f"{role} names {name!r}, which is no number: set its type")
        return self


Reference = tuple[str, Code, list[Code]]
"""Where a schema names another part, the word it uses, and the words there are."""


def _references(schema: Schema) -> Iterator[Reference]:
    yield from _role_references(schema)
    yield from _code_references(schema)


def _scale_references(schema: Schema) -> Iterator[Reference]:
    scales: list[Code] = [scale.name for scale in schema.scales]
    for construct in schema.constructs:
        yield f"construct {construct.name!r}", construct.scale, scales
    for variable in schema.variables:
        if variable.scale is not None:
            yield f"variable {variable.name!r}", variable.scale, scales


def _role_references(schema: Schema) -> Iterator[Reference]:
    variables: list[Code] = [variable.name for variable in schema.variables]
    constructs = (construct.name for construct in schema.constructs)
    items = (item.name for item in schema.items)
    options = [name for name, _, _ in schema.options]
    regressors = [*variables, *options, *constructs, *items]
    roles = schema.roles
    yield from (("exposures", part.variable, regressors) for part in roles.exposures)
    yield from (("controls", control, regressors) for control in roles.controls)
    yield from ((f"outcome {o.name!r}", o.variable, variables) for o in roles.outcomes)
    checks = ((f"attention[{at}]", one.variable) for at, one in enumerate(roles.attention))
    places = (
        ("group", roles.group),
        ("cluster", roles.cluster),
        ("strata", roles.strata),
        ("weight", roles.weight),
        ("age", roles.age),
        ("consent", roles.consent.variable if roles.consent else None),
        *checks,
    )
    yield from ((role, name, variables) for role, name in places if name is not None)


def _answers_named(roles: Roles) -> Iterator[tuple[str, str, Codes]]:
    """Give the codes that roles name: where, of which variable, and which."""
    for outcome in roles.outcomes:
        yield f"outcome {outcome.name!r}", outcome.variable, outcome.event + outcome.among
    for at, check in enumerate(roles.attention):
        yield f"attention[{at}]", check.variable, check.right
    if roles.consent:
        yield "consent", roles.consent.variable, roles.consent.agreed


def _code_references(schema: Schema) -> Iterator[Reference]:
    """Give the codes that roles name, with those their variable has, where a scale says."""
    named_none = ((f"variable {v.name!r}", v.name, v.none) for v in schema.variables)
    for where, name, named in (*_answers_named(schema.roles), *named_none):
        found = [v for v in schema.variables if v.name == name]
        scales = [s for s in schema.scales if found and s.name == found[0].scale]
        if not scales:
            continue
        codes: list[Code] = [point.code for point in scales[0].points + scales[0].aside]
        yield from ((where, code, codes) for code in named)


def _refuse_unknown(where: str, word: Code, words: list[Code]) -> None:
    if word in words:
        return
    near = nearest_word(str(word), map(str, words))
    meant = f"; did you mean {near!r}?" if near else f"; there are {words}"
    raise ValueError(f"{where} names {word!r}, which the schema does not have{meant}")


takes_schema = takes(
    Schema, "read it first: schema = ce.read_schema(file), or take survey.schema."
)
"""Refuses what is not a schema."""
