"""The nouns of a questionnaire, frozen and checked against each other."""

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

from campaign_effect.errors import nearest_word

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
        _refuse_repeats(codes, f"scale {self.name!r} has the code")
        return self


class Item(Part):
    """One question of a construct.

    Attributes
    ----------
    name : str
        Its name in results and formulas.
    column : tuple of str
        The column in the file that holds it; of several, the first that is there.
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
        As for an item.
    scale : str, optional
        A scale with number codes makes it an ordered number, one with words a category.
    type : "number" or "category", optional
        Of a variable without a scale; by default a number where ``low`` or ``high`` is given,
        else a category whose levels are the answers, sorted.
    low, high : float, optional
        Numbers outside are impossible.
    """

    name: Identifier
    column: Annotated[Strings, Field(min_length=1)]
    text: Words | None = None
    scale: str | None = None
    type: Literal["number", "category"] | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_number(self) -> bool:
        """Whether its answers are numbers without a scale."""
        is_bounded = self.low is not None or self.high is not None
        return self.scale is None and (self.type == "number" or (not self.type and is_bounded))

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        is_bounded = self.low is not None or self.high is not None
        if self.scale is not None and (self.type or is_bounded):
            raise ValueError(f"variable {self.name!r} has a scale: drop type, low, high")
        if self.type == "category" and is_bounded:
            raise ValueError(f"variable {self.name!r} is a category: leave out low and high")
        return self


class Outcome(Part):
    """What is to be explained: whether a variable took the event.

    Attributes
    ----------
    name, text
        Its name in formulas and its label.
    variable : str
        The variable it is made from.
    event : tuple of codes
        The answers that count as 1.
    among : tuple of codes, optional
        The answers that are compared; those left out are dropped and counted. By default
        all substantive answers of the scale.
    """

    name: Identifier
    text: Words | None = None
    variable: str
    event: Annotated[Codes, Field(min_length=1)]
    among: Codes = ()


class Exposure(Part):
    """A variable or construct that says how much campaigning a respondent met."""

    variable: str
    platform: str | None = None


class Consent(Part):
    """The question by which a respondent agreed to take part.

    Attributes
    ----------
    variable : str
        The variable that asked.
    agreed : tuple of codes
        The answers that agree; who gave any other, or none, is left out and counted.
    """

    variable: str
    agreed: Annotated[Codes, Field(min_length=1)]


class Attention(Part):
    """A question that tells whether a respondent reads ("tick 'often' here").

    Attributes
    ----------
    variable : str
        The variable that asked.
    right : tuple of codes
        The answers of one who reads; any other, or none, fails the check.
    """

    variable: str
    right: Annotated[Codes, Field(min_length=1)]


class Roles(Part):
    """What each variable is for.

    Attributes
    ----------
    outcomes, exposures, controls
        The parts of the models.
    group : str, optional
        Splits the table of respondents.
    cluster : str, optional
        The village (or other place of sampling) within which answers are alike.
    strata : str, optional
        The variable whose levels were sampled apart.
    weight : str, optional
        A number: how many persons a respondent stands for. Not positive is impossible.
    consent : Consent, optional
        The question by which a respondent agreed to take part.
    attention : tuple of Attention
        Questions that tell whether a respondent reads.
    id : tuple of str
        The column with the number of a respondent; of several, the first that is there. It
        names a person, so it is dropped at reading.
    started, submitted : tuple of str
        The columns with the time an answer began and ended (of several, the first that is
        there); day first where both orders are possible.
    personal : tuple of str
        Columns that identify a person: dropped at reading.
    identity : tuple of str
        Personal columns (a telephone number, an e-mail) that tell whether a person answered
        twice; kept as a salted hash only.
    ignore : tuple of str
        Columns that are not answers (time stamps, page counters).
    """

    outcomes: tuple[Outcome, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    controls: Strings = ()
    group: str | None = None
    cluster: str | None = None
    strata: str | None = None
    weight: str | None = None
    consent: Consent | None = None
    attention: tuple[Attention, ...] = ()
    id: Strings = ()
    started: Strings = ()
    submitted: Strings = ()
    personal: Strings = ()
    identity: Strings = ()
    ignore: Strings = ()


Exclusion = Literal["duplicate", "straight_lining"]


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
    scales, constructs, variables, roles
        See there.
    """

    name: Identifier
    title: Words | None = None
    missing: Strings = ()
    exclude: tuple[Exclusion, ...] = ()
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

    @model_validator(mode="after")
    def _names_fit_together(self) -> Self:
        parts = (self.constructs, self.items, self.variables, self.roles.outcomes)
        names = [part.name for named in parts for part in named]
        _refuse_repeats(names, "constructs, items, variables and outcomes share the name")
        _refuse_repeats([scale.name for scale in self.scales], "two scales have the name")
        for where, word, words in _references(self):
            _refuse_unknown(where, word, words)
        for construct in self.constructs:
            if not self.scale(construct.scale).is_ordered:
                raise ValueError(
                    f"construct {construct.name!r} needs a scale with whole-number codes; "
                    f"{construct.scale!r} has words"
                )
        weight = next((v for v in self.variables if v.name == self.roles.weight), None)
        if weight and not weight.is_number:
            raise ValueError(f"weight names {weight.name!r}, which is no number: set its type")
        return self


Reference = tuple[str, Code, list[Code]]
"""Where a schema names another part, the word it uses, and the words there are."""


def _references(schema: Schema) -> Iterator[Reference]:
    yield from _scale_references(schema)
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
    regressors = [*variables, *constructs, *(item.name for item in schema.items)]
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
    for where, name, named in _answers_named(schema.roles):
        found = [v for v in schema.variables if v.name == name]
        scales = [s for s in schema.scales if found and s.name == found[0].scale]
        if not scales:
            continue
        codes: list[Code] = [point.code for point in scales[0].points + scales[0].aside]
        yield from ((where, code, codes) for code in named)


def _refuse_repeats(names: Iterable[str], sentence: str) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"{sentence} {name!r} {count} times")


def _refuse_unknown(where: str, word: Code, words: list[Code]) -> None:
    if word in words:
        return
    near = nearest_word(str(word), map(str, words))
    meant = f"; did you mean {near!r}?" if near else f"; there are {words}"
    raise ValueError(f"{where} names {word!r}, which the schema does not have{meant}")


LANGUAGES: Final = ("en", "id")
"""The languages a text may be given in."""
