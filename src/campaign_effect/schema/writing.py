"""Schemas written as YAML for people: short, with comments where something was guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver

from campaign_effect.files import replaced
from campaign_effect.schema.model import Part, Schema, Texts

Comments = Mapping[str, str]
"""The path of a key ("constructs[0].items[2]") and what is said above it."""

_HEAD: Final = "# yaml-language-server: $schema=questionnaire.schema.json\n"
_WIDTH: Final = 96
_FLOW_PARENTS: Final = frozenset({"points", "aside"})
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_ ()/.-]*(?<! )")
_UNPRINTABLE: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_RESOLVER: Final = VersionedResolver()


def schema_as_yaml(schema: Schema, comments: Comments | None = None, *, end: str = "") -> str:
    """Write a schema as YAML; reading it back gives an equal schema.

    Parameters
    ----------
    schema : Schema
        Keys that hold their default are left out.
    comments : mapping of str to str, optional
        What is said above a key, by its path ("roles.controls", "constructs[0].items[2]");
        under "" what is said at the head of the file. Lines may be several.
    end : str, default ""
        What is said at the foot of the file, as comments. A line with a # of its own (here and
        in ``comments``) stays as it is: a part of a schema that is offered.

    Returns
    -------
    str
        YAML 1.2.

    Examples
    --------
    >>> print(schema_as_yaml(Schema(name="pilot"), {"name": "GUESS"}), end="")
    # yaml-language-server: $schema=questionnaire.schema.json
    # GUESS
    name: pilot
    """
    said = dict(comments or {})
    lines = [*_comment(said.pop("", ""), ""), *_mapping(_plain(schema), "", "", said)]
    return _HEAD + "\n".join([*lines, *_comment(end, "")]) + "\n"


def write_schema(
    schema: Schema, path: str | Path, comments: Comments | None = None, *, end: str = ""
) -> Path:
    """Write a schema to a YAML file; an existing one is replaced whole or not at all.

    Parameters
    ----------
    schema, comments, end
        See ``schema_as_yaml``.
    path : str or Path
        The file.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    target = Path(path)
    with replaced(target) as beside:
        beside.write_text(schema_as_yaml(schema, comments, end=end), encoding="utf-8")
    return target


def list_as_yaml(key: str, parts: Sequence[Part]) -> str:
    """Write parts as the items of a list below a key of the schema, without the key.

    Examples
    --------
    >>> from campaign_effect.schema.model import Variable
    >>> print(list_as_yaml("variables", [Variable(name="age", column=["Usia"])]))
      - name: age
        column: Usia
    """
    return "\n".join(_list([_plain(part) for part in parts], key, "  ", {}))


def _plain(value: object) -> Any:
    """Turn parts into mappings and lists without the keys that hold their default."""
    if isinstance(value, Texts):
        return value.en if value.en == value.id else _keys(value)
    if isinstance(value, Part):
        return _keys(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def _keys(part: Part) -> dict[str, Any]:
    fields = type(part).model_fields
    kept = {name: field for name, field in fields.items() if _is_told(part, name)}
    told = {field.alias or name: _plain(getattr(part, name)) for name, field in kept.items()}
    if len(told.get("column", ())) == 1:
        told["column"] = told["column"][0]
    return told


def _is_told(part: Part, name: str) -> bool:
    field = type(part).model_fields[name]
    return field.is_required() or getattr(part, name) != field.get_default()


def _mapping(keys: dict[str, Any], path: str, indent: str, said: Comments) -> Iterator[str]:
    for key, value in keys.items():
        place = f"{path}.{key}".removeprefix(".")
        yield from _comment(said.get(place, ""), indent)
        yield from _entry(f"{indent}{key}:", value, place, said)


def _entry(head: str, value: Any, place: str, said: Comments) -> Iterator[str]:
    """Write one key: on its line where it is short and nothing is said inside, else below."""
    indent = " " * (len(head) - len(head.lstrip()) + 2)
    if not isinstance(value, dict | list) or not value:
        yield f"{head} {_flow(value)}"
    elif isinstance(value, dict):
        yield head
        yield from _mapping(value, place, indent, said)
    elif _fits(head, value, place, said):
        yield f"{head} {_flow(value)}"
    else:
        yield head
        yield from _list(value, place, indent, said)


def _list(values: list[Any], place: str, indent: str, said: Comments) -> Iterator[str]:
    for position, value in enumerate(values):
        here = f"{place}[{position}]"
        yield from _comment(said.get(here, ""), indent)
        is_block = isinstance(value, dict) and place.rpartition(".")[2] not in _FLOW_PARENTS
        if not is_block:
            yield f"{indent}- {_flow(value)}"
            continue
        lines = list(_mapping(value, here, indent + "  ", said))
        first = next(at for at, line in enumerate(lines) if not line.lstrip().startswith("#"))
        yield from (line[2:] for line in lines[:first])
        yield f"{indent}- {lines[first].lstrip()}"
        yield from lines[first + 1 :]


def _fits(head: str, values: list[Any], place: str, said: Comments) -> bool:
    is_short = len(head) + len(_flow(values)) < _WIDTH
    is_quiet = not any(path.startswith(f"{place}[") for path in said)
    return is_short and is_quiet and not any(isinstance(value, dict) for value in values)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(part) for part in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    """Write text bare where YAML would read it as the same text, else in double quotes."""
    tag = _RESOLVER.resolve(ScalarNode, text, (True, False))
    if _PLAIN.fullmatch(text) and str(tag).endswith(":str"):
        return text
    escaped = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", escaped)


def _comment(text: str, indent: str) -> Iterator[str]:
    for line in text.splitlines():
        is_marked = line.lstrip().startswith("#")
        yield line if is_marked else f"{indent}# {line}".rstrip()
