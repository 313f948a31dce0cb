"""The parts of a draft as they are found, with the path of every guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from campaign_effect.readers.drafting.blocks import (
    Block,
    Scaling,
    Sure,
    is_likert_like,
    row_text,
    scale_of,
)
from campaign_effect.readers.drafting.columns import MOST_LEVELS, Look
from campaign_effect.readers.drafting.reversals import Keying, key_items
from campaign_effect.readers.drafting.words import (
    PLACE,
    VOTE,
    Names,
    control_of,
    plain_words,
    platform_of,
)
from campaign_effect.results import Notice
from campaign_effect.schema.labels import aside_point, known_labels, normalise
from campaign_effect.schema.model import (
    Construct,
    Exposure,
    Item,
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
    """

    def __init__(self, cells: pd.DataFrame, missing: Sequence[str]) -> None:
        self.guesses: list[Guess] = []
        self.questions: list[Question] = []
        self.notices: list[Notice] = []
        self.outcomes: list[str] = []
        self._cells = cells
        self._missing = tuple(missing)
        self._names = Names()
        self._scales: list[Scale] = []
        self._constructs: list[Construct] = []
        self._variables: list[Variable] = []
        self._roles = Roles()
        if missing:
            self._guess("missing", "these cells often mean that nothing was answered", "likely")

    def schema(self, name: str) -> Schema:
        """Put the parts together."""
        return Schema(
            name=name,
            missing=self._missing,
            scales=tuple(self._scales),
            constructs=tuple(self._constructs),
            variables=tuple(self._variables),
            roles=self._roles,
        )

    def add_personal(self, personal: Sequence[str], identity: Sequence[str]) -> None:
        """Name the columns that identify a person."""
        if personal:
            self._guess("roles.personal", "recognised by header or cells; dropped", "likely")
        if identity:
            why = "tell whether a person answered twice; kept as a salted hash only"
            self._guess("roles.identity", why, "likely")
        self._role(personal=tuple(personal), identity=tuple(identity))

    def add_paperwork(self, looks: Sequence[Look]) -> None:
        """Name the columns that are no answers."""
        if looks:
            why = "times, counters, constants, or several answers in one cell"
            self._guess("roles.ignore", why, "likely")
        for look in looks:
            if look.is_several:
                text = "several answers in one cell are not read yet; split it into columns"
                self.questions.append(Question(column=look.name, text=text))
        self._role(ignore=tuple(look.name for look in looks))

    def add_block(self, block: Block) -> tuple[Look, ...]:
        """Make a construct of a block; give back the columns that are to stand alone."""
        scaling = scale_of(block.looks)
        if _is_of_platforms(block):
            return block.looks
        if scaling.scale is not None and scaling.scale.is_ordered:
            self._add_construct(block, scaling, scaling.scale)
        elif block.by == "grid" or is_likert_like(block.looks):
            self._leave_out(block, scaling)
        else:
            return block.looks
        return ()

    def add_variable(self, look: Look) -> None:
        """Make a variable of a column, with its role."""
        words = look.words
        is_category = len(look.texts) <= MOST_LEVELS
        is_named = len(look.texts) <= _MOST_CHOICES and not look.is_number
        if VOTE.search(words) and (is_named or look.column.labels):
            self._add_vote(look)
        elif platform := platform_of(words):
            self._add_exposure(look, platform)
        elif PLACE.search(words) and len(words.split()) <= 5 and not look.is_number:
            self._add_cluster(look)
        elif control := control_of(words):
            self._add_control(look, control)
        elif look.is_number or is_category:
            self._plain_variable(look)
        else:
            text = f"{len(look.texts)} different answers: what is it? It is left out"
            self.questions.append(Question(column=look.name, text=text))

    def _add_construct(self, block: Block, scaling: Scaling, scale: Scale) -> None:
        place = f"constructs[{len(self._constructs)}]"
        name = self._names.of(block.stem)
        self._guess(place, f"items found by {_FOUND[block.by]}", _SURE[block.by])
        self._guess(f"{place}.scale", scaling.why, scaling.sure)
        items = []
        keyings = key_items(self._cells, block.looks, scale)
        for at, (look, keying) in enumerate(zip(block.looks, keyings, strict=True)):
            wanted = look.name if block.by == "prefix" else f"{name}_{at + 1}"
            items.append(self._item(look, keying, wanted))
            self._note_keying(look, keying, f"{place}.items[{at}]")
        self._constructs.append(
            Construct(
                name=name,
                text=_texts(block.stem),
                scale=self._shared(scale, name),
                items=tuple(items),
            )
        )

    def _item(self, look: Look, keying: Keying, name: str) -> Item:
        return Item(
            name=self._names.of(name),
            column=(look.name,),
            text=_texts(row_text(look)),
            is_reversed=keying.is_reversed,
        )

    def _note_keying(self, look: Look, keying: Keying, place: str) -> None:
        if keying.is_reversed:
            self._guess(f"{place}.reversed", keying.why, keying.sure)
        if keying.doubt:
            self.questions.append(Question(column=look.name, text=keying.doubt, path=place))

    def _leave_out(self, block: Block, scaling: Scaling) -> None:
        known = known_labels()
        labels = dict.fromkeys(label for look in block.looks for label in look.labels)
        shown = [label for label in labels if normalise(label) in known]
        seen = f" ({', '.join(shown)})" if shown else ""
        columns = tuple(look.name for look in block.looks)
        text = f"{len(columns)} columns are left out: {scaling.why}{seen}. Which scale is it?"
        self.questions.append(Question(column=block.stem, text=text))
        notice = Notice.of(
            "block_left_out",
            block=block.stem,
            n=len(columns),
            columns=columns,
            labels=tuple(shown),
        )
        self.notices.append(notice)

    def _add_vote(self, look: Look) -> None:
        points, aside = _levels(look)
        if len(points) < 2:
            points, aside = (*points, *aside), ()
        scale = self._shared(Scale(name="vote", points=points, aside=aside), "vote")
        place = f"variables[{len(self._variables)}]"
        self._guess(place, "its header speaks of a vote; see the outcome below", "likely")
        self.outcomes.append(self._add(look, scale=scale))

    def _add_exposure(self, look: Look, platform: str) -> None:
        why = f"its header names {platform}"
        self._guess(f"roles.exposures[{len(self._roles.exposures)}]", why, "likely")
        name = self._plain_variable(look)
        exposure = Exposure(variable=name, platform=platform)
        self._role(exposures=(*self._roles.exposures, exposure))

    def _add_cluster(self, look: Look) -> None:
        name = self._add(look, type="category")
        if self._roles.cluster is None and 2 < len(look.texts) <= look.n / 2:
            why = f"its header names a place, and it has {len(look.texts)} levels"
            self._guess("roles.cluster", why, "likely")
            self._role(cluster=name)

    def _add_control(self, look: Look, control: str) -> None:
        name = self._plain_variable(look)
        if "roles.controls" not in {guess.path for guess in self.guesses}:
            self._guess("roles.controls", "their headers name usual controls", "likely")
        self._role(controls=(*self._roles.controls, name))
        if control == "gender" and self._roles.group is None:
            self._guess("roles.group", "splits the table of respondents", "unsure")
            self._role(group=name)

    def _plain_variable(self, look: Look) -> str:
        """Make an ordered variable, a number or a category, as the answers tell."""
        place = f"variables[{len(self._variables)}]"
        scaling = scale_of((look,))
        if scaling.scale and len(scaling.scale.points) >= _FEWEST_POINTS[look.is_number]:
            sure: Sure = "unsure" if look.is_number else scaling.sure
            self._guess(f"{place}.scale", scaling.why, sure)
            return self._add(look, scale=self._shared(scaling.scale, look.name))
        if look.is_number and (len(look.texts) > MOST_LEVELS or not look.is_of_codes):
            return self._add(look, type="number")
        why = f"{len(look.texts)} different answers"
        points, aside = _levels(look)
        if aside and len(points) > 1:
            self._guess(f"{place}.scale", f"{why}, {len(aside)} of them aside", "likely")
            scale = Scale(name=Names().of(look.name), points=points, aside=aside)
            return self._add(look, scale=self._shared(scale, scale.name))
        self._guess(f"{place}.type", why, "unsure" if look.is_number else "likely")
        return self._add(look, type="category")

    def _add(
        self,
        look: Look,
        *,
        scale: str | None = None,
        type: Literal["number", "category"] | None = None,
    ) -> str:
        name = self._names.of(look.question if len(look.question) < 40 else look.name)
        text = _texts(look.question)
        variable = Variable(name=name, column=(look.name,), text=text, scale=scale, type=type)
        self._variables.append(variable)
        return name

    def _shared(self, scale: Scale, owner: str) -> str:
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

    def _guess(self, path: str, why: str, sure: Sure) -> None:
        self.guesses.append(Guess(path=path, why=why, sure=sure))

    def _role(self, **found: object) -> None:
        self._roles = self._roles.model_copy(update=found)


_MOST_CHOICES = 30  # parties or candidates of one election
_FOUND = {
    "grid": "a grid question",
    "prefix": "a common prefix",
    "answers": "neighbouring columns with equal answers",
}
_FEWEST_POINTS = {True: 5, False: 2}  # fewer bare numbers are as likely codes of categories
_SURE: dict[str, Sure] = {"grid": "sure", "prefix": "likely", "answers": "unsure"}


def _is_of_platforms(block: Block) -> bool:
    """Say whether the columns ask the same of one platform each."""
    rows = [row_text(look) for look in block.looks]
    platforms = {platform_of(plain_words(row)) for row in rows}
    is_short = block.by == "answers" or all(len(row.split()) <= 4 for row in rows)
    return is_short and None not in platforms and len(platforms) == len(rows)


def _texts(words: str) -> Texts:
    return Texts(en=words, id=words)


def _levels(look: Look) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """Make codes of the answers to a vote question, and put aside those that are no choice."""
    codes = Names()
    points: list[Point] = []
    aside: dict[object, Point] = {}
    declared = [label for _, label in look.column.labels]
    labels = dict.fromkeys(" ".join(label.split()) for label in (*declared, *look.labels))
    for label in sorted(filter(None, labels)):
        if found := aside_point(label):
            aside[found.code] = found
        else:
            points.append(Point(code=codes.of(label), text=_texts(label)))
    return tuple(points), tuple(aside.values())
