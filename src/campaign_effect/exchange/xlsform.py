"""XLSForms of KoboToolbox and ODK: written from a schema, and read as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from campaign_effect.errors import SchemaError
from campaign_effect.exchange.carried import Export, lost
from campaign_effect.exchange.workbook import Cell, Rows, read_workbook, write_workbook
from campaign_effect.readers.drafting.words import Names
from campaign_effect.results import Notice
from campaign_effect.schema.model import (
    Code,
    Construct,
    Item,
    Point,
    Roles,
    Scale,
    Schema,
    Texts,
    Variable,
    takes_schema,
)

_FORM: Final = "XLSForm"
_LABELS: Final = {"en": "label::English (en)", "id": "label::Bahasa Indonesia (id)"}
_LANGUAGE: Final = re.compile(r"label(?:::(?P<name>.+))?$", re.IGNORECASE)
_SELECT: Final = re.compile(r"select[_ ](?P<how>one|multiple)\s+(?P<list>\S+)")
_BOUND: Final = re.compile(r"\.\s*(?P<sign>>=|<=)\s*(?P<number>-?\d+(?:\.\d+)?)")
_NUMBERS: Final = ("integer", "decimal", "range")
_PERSONAL: Final = (
    "text",
    "geopoint",
    "geotrace",
    "geoshape",
    "image",
    "audio",
    "video",
    "file",
)
_TIMES: Final = {"start": "started", "end": "submitted"}
_SURVEY: Final = ("type", "name", *_LABELS.values(), "constraint")
_CHOICES: Final = ("list_name", "name", *_LABELS.values(), "aside")
_KEYS: Final = ("missing", "exclude", "min_cell", "keep", "study")
_SETTINGS: Final = ("form_title", "form_id", "default_language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A schema that was read, and what of its form it does not hold."""

    schema: Schema
    notices: tuple[Notice, ...] = ()


@takes_schema
def write_xlsform(schema: Schema, path: str | Path) -> Export:
    """Write the questions of a schema as an XLSForm.

    Parameters
    ----------
    schema : Schema
    path : str or Path
        An .xlsx file; an existing one is replaced.

    Returns
    -------
    Export
        Constructs become groups of ``select_one`` questions, variables questions of their
        kind, scales lists of choices (answers aside among them, marked in a column of their
        own), ages and other bounded numbers get their constraint. Notices name what an XLSForm
        cannot hold: reversed items, how scores are made, other wordings, roles, names of
        columns in an existing file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    title = schema.title.say("id") if schema.title else None
    settings: Rows = [
        {
            "form_title": title or schema.name,
            "form_id": schema.name,
            "default_language": "Bahasa Indonesia (id)",
        }
    ]
    sheets = {
        "survey": (_SURVEY, list(_survey_rows(schema))),
        "choices": (_CHOICES, list(_choice_rows(schema))),
        "settings": (_SETTINGS, settings),
    }
    target = Path(path)
    write_workbook(target, sheets)
    return Export(path=target, notices=lost(_FORM, _not_held(schema)))


def read_xlsform(path: str | Path) -> Import:
    """Read an XLSForm as a schema.

    Parameters
    ----------
    path : str or Path
        An .xlsx file with the sheets ``survey`` and ``choices``.

    Returns
    -------
    Import
        A group of ``select_one`` questions on one list whose names are whole numbers is a
        construct; other questions are variables (``select_multiple``: choices). Text, places
        and pictures are personal data. Which items are reversed, and the roles of the models,
        are for the researcher to say; notices name the questions that were left out.

    Raises
    ------
    SchemaError
        If it is no XLSForm.
    """
    sheets = read_workbook(Path(path))
    if not {"survey", "choices"} <= sheets.keys():
        raise SchemaError(
            f"{str(path)!r} is no XLSForm: it needs the sheets 'survey' and 'choices'.",
            received=f"the sheets {list(sheets)}",
        )
    form = _Form(lists=_lists(sheets["choices"]))
    for row in sheets["survey"]:
        form.add({key.strip().casefold(): cell for key, cell in row.items()}, row)
    form.close_groups()
    settings = next(iter(sheets.get("settings", [])), {})
    try:
        schema = form.schema(settings)
    except ValidationError as error:
        problem = error.errors()[0]
        raise SchemaError(f"{str(path)!r}: {problem['msg']}.", hint="mend the form.") from None
    return Import(schema=schema, notices=lost(_FORM, {"questions": form.left_out}))


def _survey_rows(schema: Schema) -> Iterator[dict[str, Cell]]:
    for role in _TIMES:
        if getattr(schema.roles, _TIMES[role]):
            yield {"type": role, "name": role}
    for construct in schema.constructs:
        yield {"type": "begin_group", "name": construct.name, **_labels(construct.text)}
        for item in construct.items:
            kind = f"select_one {construct.scale}"
            yield {"type": kind, "name": item.name, **_labels(item.text)}
        yield {"type": "end_group"}
    for variable in schema.variables:
        yield {
            "type": _kind_of(variable),
            "name": variable.name,
            "constraint": _constraint(variable),
            **_labels(variable.text),
        }


def _kind_of(variable: Variable) -> str:
    if variable.scale is not None:
        return f"select_{'multiple' if variable.is_choices else 'one'} {variable.scale}"
    return "decimal" if variable.is_number else "text"


def _constraint(variable: Variable) -> str | None:
    bounds = ((">=", variable.low), ("<=", variable.high))
    told = [f". {sign} {bound:g}" for sign, bound in bounds if bound is not None]
    return " and ".join(told) or None


def _choice_rows(schema: Schema) -> Iterator[dict[str, Cell]]:
    for scale in schema.scales:
        for point in (*scale.points, *scale.aside):
            yield {
                "list_name": scale.name,
                "name": str(point.code),
                "aside": "yes" if point in scale.aside else None,
                **_labels(point.text, str(point.code)),
            }


def _labels(texts: Texts | None, otherwise: str | None = None) -> dict[str, Cell]:
    return {
        header: (getattr(texts, language) if texts else otherwise)
        for language, header in _LABELS.items()
    }


def _not_held(schema: Schema) -> dict[str, list[str]]:
    """List what an XLSForm cannot hold."""
    points = [
        (f"{scale.name}={point.code}", point)
        for scale in schema.scales
        for point in (*scale.points, *scale.aside)
    ]
    told = schema.model_dump(exclude_defaults=True)
    roles = told.get("roles", {})
    asked = [(item.name, item.column) for item in schema.items]
    asked += [(variable.name, variable.column) for variable in schema.variables]
    scored = [c.name for c in schema.constructs if (c.score, c.min_answered) != ("mean", 1.0)]
    return {
        "reversed": [item.name for item in schema.items if item.is_reversed],
        "scores": scored,
        "accepts": [name for name, point in points if point.accepts],
        "columns": [name for name, column in asked if column != (name,)],
        "asides": [v.name for v in schema.variables if v.aside or v.none],
        "roles": [role for role in roles if role not in _TIMES.values()],
        "keys": [key for key in _KEYS if key in told],
    }


def _lists(rows: Rows) -> dict[str, list[tuple[str, Texts | None, bool]]]:
    """Gather the choices of every list: name, words, and whether it stands aside."""
    found: dict[str, list[tuple[str, Texts | None, bool]]] = {}
    for row in rows:
        owner = row.get("list_name") or row.get("list name")
        if owner and row.get("name") is not None:
            is_aside = str(row.get("aside", "")).strip().casefold() in (
                "yes",
                "ya",
                "true",
                "1",
            )
            name = _plain(row["name"])
            found.setdefault(_plain(owner), []).append((name, _texts(row), is_aside))
    return found


@dataclass(slots=True)
class _Form:
    """A form while it is read."""

    lists: Mapping[str, list[tuple[str, Texts | None, bool]]]
    scales: dict[str, Scale] = field(default_factory=dict)
    constructs: list[Construct] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)
    times: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    groups: list[tuple[str, Texts | None]] = field(default_factory=list)
    waiting: list[tuple[str, str, Texts | None]] = field(default_factory=list)

    def add(self, row: Mapping[str, Cell], said: Mapping[str, Cell]) -> None:
        """Take one row of the sheet ``survey``."""
        kind = " ".join(_plain(row.get("type")).split())
        name, texts = _plain(row.get("name")), _texts(said)
        if kind.replace(" ", "_") in ("begin_group", "begin_repeat"):
            self.close_groups()
            self.groups.append((name, texts))
        elif kind.replace(" ", "_") in ("end_group", "end_repeat"):
            self.close_groups()
            if self.groups:
                self.groups.pop()
        elif found := _SELECT.match(kind):
            self._add_select(found["how"], found["list"], name, texts)
        else:
            self._add_other(kind, name, row, texts)

    def close_groups(self) -> None:
        """Make a construct of the items that wait, or variables where they are no block."""
        owners = {owner for owner, _, _ in self.waiting}
        is_block = len(self.waiting) > 1 and len(owners) == 1 and bool(self.groups)
        scale = self.scales.get(next(iter(owners), ""))
        if is_block and scale is not None and scale.is_ordered:
            group, texts = self.groups[-1]
            items = [(self.names.of(name), name, words) for _, name, words in self.waiting]
            self.constructs.append(
                Construct(
                    name=self.names.of(group),
                    text=texts,
                    scale=scale.name,
                    items=tuple(
                        Item(name=own, column=self._columns(name), text=words)
                        for own, name, words in items
                    ),
                )
            )
        else:
            for owner, name, words in self.waiting:
                self._add_variable(name, words, scale=owner)
        self.waiting.clear()

    def schema(self, settings: Mapping[str, Cell]) -> Schema:
        """Put the parts together."""
        title = _plain(settings.get("form_title")) or None
        return Schema(
            name=Names().of(_plain(settings.get("form_id")) or title or "form"),
            title=Texts(en=title, id=title) if title else None,
            scales=tuple(self.scales.values()),
            constructs=tuple(self.constructs),
            variables=tuple(self.variables),
            roles=Roles(**{**self.times, "personal": tuple(self.personal)}),  # type: ignore[arg-type]
        )

    def _add_select(self, how: str, owner: str, name: str, texts: Texts | None) -> None:
        if not self._knows(owner):
            self.left_out.append(name)
        elif how == "one" and self.groups:
            self.waiting.append((owner, name, texts))
        else:
            kind = None if how == "one" else "choices"
            self._add_variable(name, texts, scale=owner, type=kind)

    def _add_other(
        self, kind: str, name: str, row: Mapping[str, Cell], texts: Texts | None
    ) -> None:
        if kind in _TIMES:
            self.times[_TIMES[kind]] = (name or kind,)
        elif kind.partition(" ")[0] in _NUMBERS:
            bounds = dict(_BOUND.findall(_plain(row.get("constraint"))))
            limits = {"low": bounds.get(">="), "high": bounds.get("<=")}
            self._add_variable(name, texts, type="number", **limits)
        elif kind in _PERSONAL:
            self.personal += self._columns(name)[-1:]
        elif name:
            self.left_out.append(name)

    def _add_variable(self, name: str, texts: Texts | None, **given: Any) -> None:
        own = self.names.of(name)
        values = {"name": own, "column": self._columns(name), "text": texts, **given}
        if given.get("type") == "number" and (given["low"] or given["high"]):
            values["type"] = None
        self.variables.append(Variable.model_validate(values))

    def _columns(self, name: str) -> tuple[str, ...]:
        """Give the headers of a question in an export: with its groups, and without."""
        path = "/".join([*(group for group, _ in self.groups), name])
        return tuple(dict.fromkeys((name, path)))

    def _knows(self, owner: str) -> bool:
        """Make a scale of a list of choices when it is first asked for."""
        choices = self.lists.get(owner, [])
        named = [name for name, _, is_aside in choices if not is_aside]
        is_ordered = all(re.fullmatch(r"-?\d+", name) for name in named)
        if owner not in self.scales and len(named) > 1:
            points = [(_point(*one[:2], is_ordered=is_ordered), one[2]) for one in choices]
            self.scales[owner] = Scale(
                name=owner,
                points=tuple(point for point, is_aside in points if not is_aside),
                aside=tuple(point for point, is_aside in points if is_aside),
            )
        return owner in self.scales


def _point(name: str, texts: Texts | None, *, is_ordered: bool) -> Point:
    code: Code = int(name) if is_ordered and re.fullmatch(r"-?\d+", name) else name
    is_bare = texts is not None and texts.en == texts.id == name
    return Point(code=code, text=None if is_bare else texts)


def _texts(row: Mapping[str, Cell]) -> Texts | None:
    """Read the labels of a row; one without a language is in both."""
    words: dict[str, str] = {}
    for header, cell in row.items():
        found = _LANGUAGE.match(header.strip())
        if not found or cell in (None, ""):
            continue
        language = (found["name"] or "").casefold()
        if not language:
            words.setdefault("en", str(cell))
            words.setdefault("id", str(cell))
        elif "indonesia" in language or "(id)" in language:
            words["id"] = str(cell)
        elif "english" in language or "(en)" in language:
            words["en"] = str(cell)
    return Texts(**words) if words else None


def _plain(cell: Cell) -> str:
    is_whole = isinstance(cell, float) and cell.is_integer()
    return "" if cell is None else str(int(cell) if is_whole else cell).strip()
