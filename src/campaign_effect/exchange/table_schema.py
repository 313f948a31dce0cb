"""Frictionless Table Schema 2.0, for archives."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from campaign_effect.exchange.carried import Export
from campaign_effect.files import replaced
from campaign_effect.schema.model import (
    Item,
    Point,
    Scale,
    Schema,
    Texts,
    Variable,
    takes_schema,
)

_PROFILE: Final = "https://datapackage.org/profiles/2.0/tableschema.json"


@takes_schema
def write_table_schema(schema: Schema, path: str | Path, *, language: str = "en") -> Export:
    """Describe the coded answers of a survey as a Frictionless Table Schema 2.0.

    Parameters
    ----------
    schema : Schema
    path : str or Path
        A .json file; an existing one is replaced.
    language : {"en", "id"}, default "en"
        Of titles and labels; both languages stand among the extra properties.

    Returns
    -------
    Export
        Nothing is lost: constructs, reverse keys, roles and all words are extra properties.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    target = Path(path)
    text = json.dumps(table_schema(schema, language=language), indent=2, ensure_ascii=False)
    with replaced(target) as beside:
        beside.write_text(text + "\n", encoding="utf-8")
    return Export(path=target)


def table_schema(schema: Schema, *, language: str = "en") -> dict[str, Any]:
    """Give what ``write_table_schema`` writes, as a dictionary for JSON.

    Examples
    --------
    >>> table_schema(Schema(name="pilot"))["fields"]
    []
    """
    fields = [
        _item_field(item, construct.name, schema.scale(construct.scale), language)
        for construct in schema.constructs
        for item in construct.items
    ]
    for variable in schema.variables:
        fields += _variable_fields(variable, schema, language)
    told = schema.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {
        "$schema": _PROFILE,
        "name": schema.name,
        "title": _said(schema.title, language) or schema.name,
        "fields": fields,
        "missingValues": ["", *schema.missing],
        "constructs": [
            {"name": c["name"], "items": [item["name"] for item in c["items"]]}
            for c in told.get("constructs", [])
        ],
        "roles": told.get("roles", {}),
        "questionnaire": told,
    }


def _item_field(item: Item, construct: str, scale: Scale, language: str) -> dict[str, Any]:
    return {
        **_named(item.name, item.text, language),
        **_answers(scale, language),
        "construct": construct,
        "reversed": item.is_reversed,
        "column": list(item.column),
    }


def _variable_fields(variable: Variable, schema: Schema, language: str) -> list[dict[str, Any]]:
    """Describe a variable, and each option of one with several answers."""
    named = _named(variable.name, variable.text, language)
    found: dict[str, Any] = {**named, "column": list(variable.column)}
    if variable.is_choices:
        options = [
            {
                **_named(name, point.text, language),
                "type": "boolean",
                "trueValues": ["1"],
                "falseValues": ["0"],
                "question": variable.name,
            }
            for name, owner, point in schema.options
            if owner.name == variable.name
        ]
        return [{**found, "type": "integer", "constraints": {"minimum": 0}}, *options]
    if variable.scale is not None:
        return [{**found, **_answers(schema.scale(variable.scale), language)}]
    found["type"] = "number" if variable.is_number else "string"
    bounds = {"minimum": variable.low, "maximum": variable.high}
    limits = {key: bound for key, bound in bounds.items() if bound is not None}
    if limits:
        found["constraints"] = limits
    if variable.aside:
        found["missingValues"] = _missing(variable.aside, language)
    return [found]


def _answers(scale: Scale, language: str) -> dict[str, Any]:
    """Describe a scale as categories, its answers aside as missing values with labels."""
    is_ordered = scale.is_ordered
    found: dict[str, Any] = {
        "type": "integer" if is_ordered else "string",
        "categories": [
            {
                "value": point.code if is_ordered else str(point.code),
                "label": _label(point, language),
            }
            for point in scale.points
        ],
        "categoriesOrdered": is_ordered,
        "scale": scale.name,
    }
    if scale.aside:
        found["missingValues"] = _missing(scale.aside, language)
    return found


def _missing(points: Iterable[Point], language: str) -> list[dict[str, str]]:
    told = [{"value": str(p.code), "label": _label(p, language)} for p in points]
    return [{"value": "", "label": "blank"}, *told]


def _named(name: str, text: Texts | None, language: str) -> dict[str, Any]:
    title = _said(text, language)
    return {"name": name, "title": title} if title else {"name": name}


def _label(point: Point, language: str) -> str:
    return _said(point.text, language) or str(point.code)


def _said(text: Texts | None, language: str) -> str | None:
    return text.say(language) if text else None
