"""The label of every name of a survey."""

from __future__ import annotations

from collections.abc import Iterator

from campaign_effect.results import Glossary
from campaign_effect.schema.model import LANGUAGES, Point, Schema, Texts, Variable


def glossary_of(schema: Schema) -> Glossary:
    """Gather the label of every name; a level is named ``variable=level``."""
    named: list[tuple[str, Texts | None]] = [
        *((part.name, part.text) for part in schema.constructs),
        *((part.name, part.text) for part in schema.items),
        *((part.name, part.text) for part in schema.variables),
        *((part.name, part.text) for part in schema.roles.outcomes),
        *((name, _option(variable, point)) for name, variable, point in schema.options),
        *_levels(schema),
    ]
    return Glossary(
        entries=tuple((name, _labels(text)) for name, text in named if text is not None)
    )


def _levels(schema: Schema) -> Iterator[tuple[str, Texts | None]]:
    scaled = [(item.name, c.scale) for c in schema.constructs for item in c.items]
    scaled += [(v.name, v.scale) for v in schema.variables if v.scale is not None]
    for variable in schema.variables:
        yield from ((f"{variable.name}={point.code}", point.text) for point in variable.aside)
    for name, scale_name in scaled:
        scale = schema.scale(scale_name)
        for point in (*scale.points, *scale.aside):
            yield f"{name}={point.code}", point.text


def _option(variable: Variable, point: Point) -> Texts:
    """Call an option by its question and its own words."""
    told = {
        language: f"{variable.text.say(language) if variable.text else variable.name}: "
        f"{point.text.say(language) if point.text else point.code}"
        for language in LANGUAGES
    }
    return Texts(**told)


def _labels(text: Texts) -> tuple[tuple[str, str], ...]:
    pairs = (("en", text.en), ("id", text.id))
    return tuple((language, words) for language, words in pairs if words)
