"""The parts of a draft as they are found, with the path of every guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from campaign_effect.readers.drafting.columns import Look, NoAnswer, Sure
from campaign_effect.readers.drafting.words import Names
from campaign_effect.results import Notice
from campaign_effect.schema.model import (
    Construct,
    Point,
    Roles,
    Scale,
    Schema,
    Texts,
    Variable,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Something guessed: the path of its key, why, and how sure."""

    path: str
    why: str
    sure: Sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something to decide about a column; ``path`` where the schema has a key for it."""

    column: str
    text: str
    path: str = ""


class Sheet:
    """A draft in the making.

    Attributes
    ----------
    guesses, questions, notices
        What was guessed, left open, and left out.
    outcomes : list of str
        Variables that may be the outcome.
    constructs, variables, roles
        As they will stand in the schema.
    left_out : list of (Scale, Construct)
        Blocks whose scale is for the reader to say, as they might stand in it.
    names : Names
        Gives every part a name of its own.
    cells : DataFrame
        The table's.
    """

    def __init__(self, cells: pd.DataFrame, missing: Sequence[str]) -> None:
        self.guesses: list[Guess] = []
        self.questions: list[Question] = []
        self.notices: list[Notice] = []
        self.outcomes: list[str] = []
        self.cells = cells
        self._missing = tuple(missing)
        self.names = Names()
        self._scales: list[Scale] = []
        self.constructs: list[Construct] = []
        self.variables: list[Variable] = []
        self.left_out: list[tuple[Scale, Construct]] = []
        self.roles = Roles()
        if missing:
            self.guess("missing", "these cells often mean that nothing was answered", "likely")

    def schema(self, name: str) -> Schema:
        """Put the parts together."""
        return Schema(
            name=name,
            missing=self._missing,
            scales=tuple(self._scales),
            constructs=tuple(self.constructs),
            variables=tuple(self.variables),
            roles=self.roles,
        )

    def add_personal(
        self, personal: tuple[str, ...], *, identity: tuple[str, ...], device: tuple[str, ...]
    ) -> None:
        """Name the columns that identify a person or a device."""
        if personal:
            self.guess("roles.personal", "recognised by header or cells; dropped", "likely")
        if identity:
            why = "tell whether a person answered twice; kept as a salted hash only"
            self.guess("roles.identity", why, "likely")
        if device:
            why = "tell whether two answers came from one device; kept as a salted hash only"
            self.guess("roles.device", why, "likely")
        self.role(personal=personal, identity=identity, device=device)

    def add_paperwork(self, looks: Sequence[Look], times: Sequence[str]) -> None:
        """Name the columns that are no answers."""
        left = [look.name for look in looks if look.name not in times]
        if left:
            why = "times, counters, constants, or several answers in one cell"
            self.guess("roles.ignore", why, "likely")
        self.role(ignore=tuple(left))

    def add_times(self, started: str, submitted: str) -> None:
        """Name the columns with the time an answer began and ended."""
        why = "the program of the file writes the time there"
        for role, column in (("started", started), ("submitted", submitted)):
            if column:
                self.guess(f"roles.{role}", why, "likely")
                self.role(**{role: (column,)})

    def shared(self, scale: Scale, owner: str) -> str:
        """Use a scale that is there already, else add it under a name of its own."""
        wanted = owner if scale.name == "declared" else scale.name
        for other in self._scales:
            if other.model_copy(update={"name": ""}) == scale.model_copy(update={"name": ""}):
                return other.name
        taken = Names()
        for other in self._scales:
            taken.of(other.name)
        name = taken.of(wanted)
        self._scales.append(scale.model_copy(update={"name": name}))
        return name

    def shared_aside(self, scale: Scale, owner: str, looks: Sequence[Look]) -> str:
        """Use a scale with the codes for no answer that columns have, each a marked guess."""
        known = {str(point.code) for point in (*scale.points, *scale.aside)}
        found = [one for one in no_answers(looks) if str(one.code) not in known]
        aside = (*scale.aside, *(Point(code=one.code) for one in found))
        name = self.shared(scale.model_copy(update={"aside": aside}), owner)
        at = [one.name for one in self._scales].index(name)
        self.guess_aside(f"scales[{at}].aside", found)
        return name

    def guess_aside(self, path: str, found: Sequence[NoAnswer]) -> None:
        """Mark codes for no answer as guessed, and ask what they mean."""
        if not found or path in {one.path for one in self.guesses}:
            return
        for one in found:
            self.guess(path, f"{one.code} is no answer: {one.why}", one.sure)
        codes = " and ".join(str(one.code) for one in found)
        text = (
            f"what does {codes} mean? Give it a text, or take it away if it is an answer"
            if len(found) == 1
            else f"what do {codes} mean? Give them texts, or take away those that are answers"
        )
        self.questions.append(Question(column="", text=text, path=path))

    def guess(self, path: str, why: str, sure: Sure) -> None:
        """Mark the key at a path as guessed."""
        self.guesses.append(Guess(path=path, why=why, sure=sure))

    def role(self, **found: object) -> None:
        """Set roles."""
        self.roles = self.roles.model_copy(update=found)


def no_answers(looks: Sequence[Look]) -> tuple[NoAnswer, ...]:
    """Give the codes for no answer of several columns, each once."""
    return tuple({one.code: one for look in looks for one in look.aside}.values())


def same_words(words: str) -> Texts:
    """Use the words of the file in every language."""
    return Texts(en=words, id=words)
