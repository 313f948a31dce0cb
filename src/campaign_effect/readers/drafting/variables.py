"""Columns that stand alone as variables, with their roles."""

from __future__ import annotations

from typing import Final, Literal

from campaign_effect.readers.drafting.blocks import scale_of
from campaign_effect.readers.drafting.columns import MOST_LEVELS, Look, Sure
from campaign_effect.readers.drafting.missing_codes import ask_about_high, set_doubtful_aside
from campaign_effect.readers.drafting.sheet import Question, Sheet, no_answers, same_words
from campaign_effect.readers.drafting.words import (
    AGREED,
    CONSENT,
    PLACE,
    VOTE,
    WEIGHT,
    Names,
    control_of,
    platform_of,
)
from campaign_effect.schema.labels import aside_point, normalise
from campaign_effect.schema.model import Consent, Exposure, Point, Scale, Variable

_MOST_CHOICES: Final = 30  # parties or candidates of one election; villages of one study
_MOST_CONSENTS: Final = 3
_MOST_WORDS: Final = 8
_FEWEST_POINTS: Final = {True: 5, False: 2}  # fewer bare numbers may be codes of categories


def add_variable(sheet: Sheet, look: Look) -> None:
    """Make a variable of a column, with its role."""
    words = look.words
    (look,) = set_doubtful_aside((look,))
    if VOTE.search(words) and _is_choice(look):
        _add_vote(sheet, look)
    elif _is_of_design(sheet, look):
        _add_design(sheet, look)
    elif not look.is_number and len(look.texts) > _MOST_CHOICES:
        _ask(sheet, look)
    elif platform := platform_of(words):
        _add_exposure(sheet, look, platform)
    elif _is_place(look):
        _add_cluster(sheet, look)
    elif control := control_of(words):
        _add_control(sheet, look, control)
    elif look.is_number or len(look.texts) <= MOST_LEVELS:
        _plain_variable(sheet, look)
    else:
        _ask(sheet, look)


def _is_place(look: Look) -> bool:
    """Say whether a column asks for a place, and is not a statement about one."""
    is_named = PLACE.search(look.words) and len(look.words.split()) <= _MOST_WORDS
    return bool(is_named) and not look.is_number and scale_of((look,)).scale is None


def _is_choice(look: Look) -> bool:
    """Say whether the answers may be candidates or parties."""
    points, aside = _levels(look)
    is_named = bool(look.column.labels) or not look.is_number
    return is_named and 2 <= len(points) + len(aside) <= _MOST_CHOICES


def _ask(sheet: Sheet, look: Look) -> None:
    text = f"{len(look.texts)} different answers: what is it? It is left out"
    sheet.questions.append(Question(column=look.name, text=text))


def _add_vote(sheet: Sheet, look: Look) -> None:
    points, aside = _levels(look)
    if len(points) < 2:
        points, aside = (*points, *aside), ()
    scale = sheet.shared_aside(Scale(name="vote", points=points, aside=aside), "vote", [look])
    place = f"variables[{len(sheet.variables)}]"
    sheet.guess(place, "its header speaks of a vote; see the outcome below", "likely")
    sheet.outcomes.append(_add(sheet, look, scale=scale))


def _agreed(look: Look) -> tuple[str, ...]:
    """Give the answers that agree to take part, where they tell."""
    agreed = [label for label in look.labels if AGREED.match(normalise(label))]
    return tuple(agreed) if len(look.labels) <= _MOST_CONSENTS else ()


def _is_of_design(sheet: Sheet, look: Look) -> bool:
    """Say whether a column is a weight or asks for consent, and is the first to do so."""
    is_weight = WEIGHT.search(look.words) and look.is_number and not sheet.roles.weight
    is_consent = CONSENT.search(look.words) and _agreed(look) and not sheet.roles.consent
    return bool(is_weight or is_consent)


def _add_design(sheet: Sheet, look: Look) -> None:
    if look.is_number:
        sheet.guess("roles.weight", "its header names a weight", "likely")
        sheet.role(weight=_add(sheet, look, type="number"))
        return
    name = _add(sheet, look, type="category")
    agreed = tuple(" ".join(label.split()) for label in _agreed(look))
    sheet.guess("roles.consent", "its header asks for consent", "likely")
    sheet.role(consent=Consent(variable=name, agreed=agreed))


def _add_exposure(sheet: Sheet, look: Look, platform: str) -> None:
    why = f"its header names {platform}"
    sheet.guess(f"roles.exposures[{len(sheet.roles.exposures)}]", why, "likely")
    name = _plain_variable(sheet, look, wanted=platform)
    exposure = Exposure(variable=name, platform=platform)
    sheet.role(exposures=(*sheet.roles.exposures, exposure))


def _add_cluster(sheet: Sheet, look: Look) -> None:
    name = _add(sheet, look, type="category")
    if sheet.roles.cluster is None and 2 < len(look.texts) <= look.n / 2:
        why = f"its header names a place, and it has {len(look.texts)} levels"
        sheet.guess("roles.cluster", why, "likely")
        sheet.role(cluster=name)


def _add_control(sheet: Sheet, look: Look, control: str) -> None:
    name = _plain_variable(sheet, look)
    if "roles.controls" not in {guess.path for guess in sheet.guesses}:
        sheet.guess("roles.controls", "their headers name usual controls", "likely")
    sheet.role(controls=(*sheet.roles.controls, name))
    if control == "age" and sheet.roles.age is None and sheet.variables[-1].is_number:
        sheet.guess("roles.age", "its header names the age", "likely")
        sheet.role(age=name)
    if control == "gender" and sheet.roles.group is None:
        sheet.guess("roles.group", "splits the table of respondents", "unsure")
        sheet.role(group=name)


def _plain_variable(sheet: Sheet, look: Look, wanted: str = "") -> str:
    """Make an ordered variable, a number or a category, as the answers tell."""
    place = f"variables[{len(sheet.variables)}]"
    scaling = scale_of((look,))
    if scaling.scale and len(scaling.scale.points) >= _FEWEST_POINTS[look.is_number]:
        sure: Sure = "unsure" if look.is_number else scaling.sure
        sheet.guess(f"{place}.scale", scaling.why, sure)
        shared = sheet.shared_aside(scaling.scale, look.name, [look])
        return _add(sheet, look, scale=shared, wanted=wanted)
    if look.is_number and (len(look.texts) > MOST_LEVELS or not look.is_of_codes):
        return _add(sheet, look, type="number", wanted=wanted)
    why = f"{len(look.texts)} different answers"
    points, aside = _levels(look)
    if aside and len(points) > 1:
        sheet.guess(f"{place}.scale", f"{why}, {len(aside)} of them aside", "likely")
        scale = Scale(name=Names().of(look.name), points=points, aside=aside)
        shared = sheet.shared_aside(scale, scale.name, [look])
        return _add(sheet, look, scale=shared, wanted=wanted)
    sheet.guess(f"{place}.type", why, "unsure" if look.is_number else "likely")
    return _add(sheet, look, type="category", wanted=wanted)


def _add(
    sheet: Sheet,
    look: Look,
    *,
    scale: str | None = None,
    type: Literal["number", "category"] | None = None,
    wanted: str = "",
) -> str:
    header = look.question if len(look.question) < 40 else look.name
    name = sheet.names.of(wanted or header)
    text = same_words(look.question)
    place = f"variables[{len(sheet.variables)}]"
    found = no_answers([look]) if scale is None else ()
    sheet.guess_aside(f"{place}.aside", found)
    if type == "number" and (doubt := ask_about_high(look)):
        sheet.questions.append(Question(column=look.name, text=doubt, path=place))
    variable = Variable(
        name=name,
        column=(look.name,),
        text=text,
        scale=scale,
        type=type,
        aside=tuple(Point(code=one.code) for one in found),
    )
    sheet.variables.append(variable)
    return name


def _levels(look: Look) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """Make codes of the answers to a vote question, and put aside those that are no choice."""
    codes = Names()
    points: list[Point] = []
    aside: dict[object, Point] = {}
    seen = set[str]()
    declared = [label for _, label in look.column.labels]
    labels = dict.fromkeys(" ".join(label.split()) for label in (*declared, *look.labels))
    for label in sorted(filter(None, labels)):
        if found := aside_point(label):
            aside[found.code] = found
        elif normalise(label) not in seen:
            seen.add(normalise(label))
            points.append(Point(code=codes.of(label), text=same_words(label)))
    return tuple(points), tuple(aside.values())
