"""A schema as an Excel codebook, where researchers edit it, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from campaign_effect.errors import SchemaError
from campaign_effect.exchange.carried import Export, lost
from campaign_effect.exchange.workbook import Cell, Rows, read_workbook, write_workbook
from campaign_effect.schema.model import (
    LANGUAGES,
    Attention,
    Construct,
    Exposure,
    Item,
    Outcome,
    Part,
    Point,
    Schema,
    Texts,
    Variable,
    takes_schema,
)

_JOINT: Final = " | "
_SPLIT: Final = re.compile(r"(?<!\\) ?\| ?")
_MAIN: Final = "questionnaire"
_LISTS: Final[dict[str, type[Part]]] = {
    "constructs": Construct,
    "variables": Variable,
    "roles.outcomes": Outcome,
    "roles.exposures": Exposure,
    "roles.attention": Attention,
}
"""Lists of parts with a sheet of their own; answers and items have theirs inside others."""


@takes_schema
def write_codebook(schema: Schema, path: str | Path) -> Export:
    """Write a schema as an Excel codebook.

    Parameters
    ----------
    schema : Schema
    path : str or Path
        An .xlsx file; an existing one is replaced.

    Returns
    -------
    Export
        The sheets ``questionnaire`` (its name and roles, a key a row), ``answers`` (the points
        of every scale), ``constructs``, ``items``, ``variables``, ``outcomes``, ``exposures``
        and ``attention``. It was read again: a notice names the parts that came back changed
        (by characters that a workbook cannot hold).

    Raises
    ------
    OutputError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "codebook.xlsx"
    >>> write_codebook(Schema(name="pilot"), path).notices, read_codebook(path).name
    ((), 'pilot')
    """
    target = Path(path)
    sheets = {
        _MAIN: list(_main_rows(schema)),
        "answers": list(_answer_rows(schema)),
        "items": [
            {"construct": construct.name, **_row(item)}
            for construct in schema.constructs
            for item in construct.items
        ],
    }
    sheets |= {
        key.rpartition(".")[2]: [_row(part) for part in _at(schema, key)] for key in _LISTS
    }
    headed = {name: (_headers(rows, name), rows) for name, rows in sheets.items()}
    write_workbook(target, headed)
    return Export(path=target, notices=lost("Excel", {"characters": _changed(schema, target)}))


def read_codebook(path: str | Path) -> Schema:
    """Read a schema from an Excel codebook.

    Parameters
    ----------
    path : str or Path
        As ``write_codebook`` writes it; sheets and columns may stand in any order, those not
        known are refused.

    Returns
    -------
    Schema
        Checked as one from YAML.

    Raises
    ------
    SchemaError
        If it is no codebook or contradicts itself; the error names sheet, row and column.
    """
    sheets = read_workbook(Path(path))
    if _MAIN not in sheets:
        raise SchemaError(
            f"{str(path)!r} is no codebook: it has no sheet {_MAIN!r}.",
            received=f"the sheets {list(sheets)}",
            hint="write one with write_codebook, or read an XLSForm with read_xlsform.",
        )
    values = _values(sheets)
    try:
        return Schema.model_validate(values)
    except ValidationError as error:
        raise _refused(str(path), error) from None


def _main_rows(schema: Schema) -> Iterator[dict[str, Cell]]:
    """Give the keys that are no list of parts, with their values."""
    for key, value, field in _keys(schema):
        if isinstance(value, Texts):
            yield {"key": key, **_texts("value", value)}
        elif value != field.get_default() or field.is_required():
            yield {"key": key, "value": _cell(value)}


def _keys(part: Part, before: str = "") -> Iterator[tuple[str, Any, FieldInfo]]:
    for name, field in type(part).model_fields.items():
        key, value = f"{before}{field.alias or name}", getattr(part, name)
        if isinstance(value, Part) and not isinstance(value, Texts):
            yield from _keys(value, f"{key}.")
        elif key not in (*_LISTS, "scales"):
            yield key, value, field


def _answer_rows(schema: Schema) -> Iterator[dict[str, Cell]]:
    for scale in schema.scales:
        for kind, points in (("point", scale.points), ("aside", scale.aside)):
            for point in points:
                yield {"scale": scale.name, "kind": kind, **_row(point)}
    for variable in schema.variables:
        for point in variable.aside:
            yield {"scale": variable.name, "kind": "aside of variable", **_row(point)}


def _row(part: Part) -> dict[str, Cell]:
    """Write the fields of a part that are no parts themselves."""
    row: dict[str, Cell] = {}
    for name, field in type(part).model_fields.items():
        value, header = getattr(part, name), field.alias or name
        if isinstance(value, Texts) or (value is None and _is_texts(field)):
            row |= _texts(header, value or Texts())
        elif not _is_of_parts(field):
            is_told = field.is_required() or value != field.get_default()
            row[header] = _cell(value) if is_told else None
    return row


def _texts(header: str, texts: Texts) -> dict[str, Cell]:
    return {f"{header} ({language})": getattr(texts, language) for language in LANGUAGES}


def _cell(value: Any) -> Cell:
    if isinstance(value, tuple):
        return _JOINT.join(_escaped(one) for one in value)
    if isinstance(value, bool) or value is None or isinstance(value, int | float):
        return value
    return _escaped(str(value))


def _escaped(value: Any) -> str:
    """Write one of several values: text that looks like a number stands in quotes."""
    if not isinstance(value, str):
        return json.dumps(value)
    plain = value.replace("\\", "\\\\").replace("|", "\\|")
    is_plain = (
        plain == plain.strip() and plain and not re.fullmatch(r'[-+]?\d+|".*"', plain, re.S)
    )
    return plain if is_plain else json.dumps(value, ensure_ascii=False).replace("|", "\\|")


def _read_one(text: str) -> Any:
    """Read what ``_escaped`` wrote."""
    text = text.strip()
    if re.fullmatch(r'"(?:[^"\\]|\\.)*"', text, re.S):
        return json.loads(text.replace("\\|", "|"))
    if re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    return re.sub(r"\\([\\|])", r"\1", text)


def _headers(rows: Rows, sheet: str) -> list[str]:
    """Give the headers of a sheet, also where it has no rows yet."""
    parts = {key.rpartition(".")[2]: part for key, part in _LISTS.items()} | {"items": Item}
    leading = {"answers": ["scale", "kind"], "items": ["construct"]}.get(sheet, [])
    if sheet == _MAIN:
        return ["key", "value", *(f"value ({language})" for language in LANGUAGES)]
    kind = parts.get(sheet, Point)
    told = [header for row in rows for header in row]
    return list(dict.fromkeys([*leading, *_field_headers(kind), *told]))


def _field_headers(kind: type[Part]) -> Iterator[str]:
    for name, field in kind.model_fields.items():
        header = field.alias or name
        if _is_texts(field):
            yield from (f"{header} ({language})" for language in LANGUAGES)
        elif not _is_of_parts(field):
            yield header


def _values(sheets: Mapping[str, Rows]) -> dict[str, Any]:
    """Put the rows together as the values of a YAML file."""
    values: dict[str, Any] = {}
    for row in sheets[_MAIN]:
        key = str(row.get("key"))
        told = _unrow({"value": row.get("value"), **row}, {"value": _field_at(key)})
        if "value" in told:
            _set(values, key, told["value"])
    for key, kind in _LISTS.items():
        fields = _fields_of(kind)
        rows = [_unrow(row, fields) for row in sheets.get(key.rpartition(".")[2], [])]
        if rows:
            _set(values, key, rows)
    _add_answers(values, sheets.get("answers", []))
    _add_items(values, sheets.get("items", []))
    return values


def _add_answers(values: dict[str, Any], rows: Rows) -> None:
    """Make scales of the answers, and give variables without a scale their own."""
    scales: dict[str, dict[str, Any]] = {}
    asides: dict[str, list[Any]] = {}
    for row in rows:
        point = _unrow(row, _fields_of(Point))
        name, kind = str(point.pop("scale", "")), point.pop("kind", "point")
        if kind == "aside of variable":
            asides.setdefault(name, []).append(point)
        else:
            scale = scales.setdefault(name, {"name": name, "points": [], "aside": []})
            scale["aside" if kind == "aside" else "points"].append(point)
    values["scales"] = list(scales.values())
    for variable in values.get("variables", []):
        if variable.get("name") in asides:
            variable["aside"] = asides[variable["name"]]


def _add_items(values: dict[str, Any], rows: Rows) -> None:
    owned: dict[str, list[Any]] = {}
    for row in rows:
        item = _unrow(row, _fields_of(Item))
        owned.setdefault(str(item.pop("construct", "")), []).append(item)
    known = {construct.get("name") for construct in values.get("constructs", [])}
    if strange := [name for name in owned if name not in known]:
        raise SchemaError(
            f"Sheet 'items' names constructs that sheet 'constructs' lacks: {strange}.",
            hint="add a row for each to 'constructs'.",
        )
    for construct in values.get("constructs", []):
        construct["items"] = owned.get(construct.get("name"), [])


def _fields_of(kind: type[BaseModel]) -> dict[str, FieldInfo | None]:
    """Give the fields of a part by the keys they have in a file."""
    return {field.alias or name: field for name, field in kind.model_fields.items()}


def _field_at(key: str) -> FieldInfo | None:
    """Find the field that a dotted key means; None where there is none."""
    kind: type[BaseModel] = Schema
    found: FieldInfo | None = None
    for step in key.split("."):
        found = _fields_of(kind).get(step)
        inner = _taken(found) if found else set()
        parts = [one for one in inner if isinstance(one, type) and issubclass(one, BaseModel)]
        kind = parts[0] if parts else BaseModel
    return found


def _unrow(row: Mapping[str, Cell], fields: Mapping[str, FieldInfo | None]) -> dict[str, Any]:
    """Read the filled cells of a row as the values of a part."""
    values: dict[str, Any] = {}
    for header, cell in row.items():
        if cell in (None, ""):
            continue
        name, language = _languaged(header)
        if language:
            values.setdefault(name, {})[language] = _text_of(cell)
        else:
            values[name] = _read_cell(cell, fields.get(name))
    return values


def _languaged(header: str) -> tuple[str, str]:
    for language in LANGUAGES:
        if header.endswith(f" ({language})"):
            return header.removesuffix(f" ({language})"), language
    return header, ""


def _read_cell(cell: Cell, field: FieldInfo | None) -> Any:
    """Read a cell as its field needs it: text, number, truth, or several of them."""
    takes = _taken(field) if field else {str, int, tuple}
    if not isinstance(cell, str):
        whole = int(cell) if isinstance(cell, float) and cell.is_integer() else cell
        return whole if takes & {int, float, bool} else _text_of(cell)
    parts = [_read_one(part) for part in _SPLIT.split(cell)] if cell.strip() else []
    parts = parts if takes & {int, float} else [_text_of(part) for part in parts]
    if bool in takes and cell.strip().lower() in ("true", "false", "yes", "no", "ya", "tidak"):
        return cell.strip().lower() in ("true", "yes", "ya")
    return parts if tuple in takes and (field or len(parts) > 1) else (parts or [""])[0]


def _text_of(cell: object) -> str:
    is_whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell)) if is_whole and isinstance(cell, float) else str(cell)


def _taken(field: FieldInfo) -> set[Any]:
    """Give the types that a field may hold, at any depth."""

    def inside(annotation: Any) -> Iterator[Any]:
        yield getattr(annotation, "__origin__", annotation)
        for one in get_args(annotation):
            yield from inside(one) if not isinstance(one, str) else ()

    return set(inside(field.annotation))


def _is_texts(field: FieldInfo) -> bool:
    return Texts in _taken(field)


def _is_of_parts(field: FieldInfo) -> bool:
    kinds = [kind for kind in _taken(field) if isinstance(kind, type)]
    return any(issubclass(kind, BaseModel) and kind is not Texts for kind in kinds)


def _at(schema: Schema, key: str) -> Iterable[Part]:
    value: Any = schema
    for step in key.split("."):
        value = getattr(value, step)
    return tuple(value)


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    *steps, last = key.split(".")
    for step in steps:
        values = values.setdefault(step, {})
    values[last] = value


def _changed(schema: Schema, path: Path) -> list[str]:
    """Name the parts that do not come back as they were."""
    try:
        again = read_codebook(path)
    except SchemaError as error:
        return [error.problem.splitlines()[0]]
    fields = type(schema).model_fields
    return [name for name in fields if getattr(schema, name) != getattr(again, name)]


def _refused(file: str, error: ValidationError) -> SchemaError:
    """Say what is wrong by sheet, row and column."""
    lines = [_place(one["loc"], one["msg"], one.get("input")) for one in error.errors()[:5]]
    return SchemaError(f"{file}: " + "\n".join(lines), hint="mend these cells.")


def _place(steps: tuple[int | str, ...], message: str, given: object) -> str:
    rows = [step for step in steps if isinstance(step, int)]
    sheet = next((str(s) for s in steps if s != "roles"), _MAIN)
    where = f"sheet {sheet!r}" + (f", entry {rows[0] + 1}" if rows else "")
    field = str(steps[-1]) if steps and isinstance(steps[-1], str) else ""
    shown = "" if isinstance(given, dict | list) or given is None else f", not {given!r}"
    return f"{where}{', column ' + repr(field) if field else ''}: {message}{shown}"
