"""Schemas as YAML files: read, found by name, and described to editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node

from campaign_effect.errors import SchemaError
from campaign_effect.schema.bundled import bundled_schemas, find_schema
from campaign_effect.schema.faults import schema_error
from campaign_effect.schema.model import Schema

__all__ = ["bundled_schemas", "find_schema", "json_schema", "parse_schema", "read_schema"]

_MOST_BYTES: Final = 10_000_000
_DEEPEST: Final = 20


def read_schema(source: str | Path) -> Schema:
    """Read a schema from a YAML file, or a bundled one by its name.

    Parameters
    ----------
    source : str or Path
        See ``find_schema``.

    Returns
    -------
    Schema
        Checked: every word it refers to exists.

    Raises
    ------
    SchemaError
        If the file is missing, is no YAML 1.2, has a key twice, an unknown key or a wrong
        value, or contradicts itself. The error names file, line, key and the nearest word.
    """
    path = find_schema(source)
    return parse_schema(_text_of(path), file=str(path))


def parse_schema(text: str, *, file: str = "the schema") -> Schema:
    """Read a schema from YAML text.

    Parameters
    ----------
    text : str
        YAML 1.2. Anchors are refused: scales are shared by their names.
    file : str
        What errors call it.

    Raises
    ------
    SchemaError
        As ``read_schema``.

    Examples
    --------
    >>> parse_schema("name: pilot").name
    'pilot'
    >>> parse_schema("nam: pilot")
    Traceback (most recent call last):
    campaign_effect.errors.SchemaError: the schema, line 1: name: this key is needed
    the schema, line 1: nam is no key of a schema; did you mean 'name'?
    Hint: mend these keys; an editor shows them too.
    """
    root, values = _load(text, file)
    try:
        return Schema.model_validate(values)
    except ValidationError as error:
        raise schema_error(file, error, root) from None


def json_schema() -> str:
    """Describe the keys of a schema file as JSON Schema, for editors to check while typing.

    Examples
    --------
    >>> json.loads(json_schema())["title"]
    'Schema'
    """
    description = Schema.model_json_schema(by_alias=True)
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **description}
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def _text_of(path: Path) -> str:
    if path.stat().st_size > _MOST_BYTES:
        raise SchemaError(
            f"{path} is too large for a schema.",
            received=f"{path.stat().st_size:,} bytes, at most {_MOST_BYTES:,}",
            hint="is it the survey? Name that first, the schema with --schema.",
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        hint = "save it as UTF-8 text, or name another file."
        raise SchemaError(f"{path} is not UTF-8 text.", hint=hint) from None
    except OSError as error:
        raise SchemaError(f"{path} cannot be read: {error.strerror}.") from None


def _load(text: str, file: str) -> tuple[Node, Any]:
    """Give the nodes, which know their lines, and the values they stand for."""
    try:
        _refuse_traps(text, file)
        yaml = YAML(typ="safe", pure=True)
        root = yaml.compose(text)
        values = yaml.constructor.construct_document(root) if root is not None else None
    except DuplicateKeyError as error:
        line = _line(error)
        problem = str(error.problem).partition(" with value")[0].replace("found ", "")
        raise SchemaError(f"{file}, line {line}: {problem}.", hint="keep one.") from None
    except MarkedYAMLError as error:
        line = _line(error)
        raise SchemaError(
            f"{file}, line {line}: this is no YAML.",
            received=str(error.problem or error.context),
            hint='look for a missing quote, colon or indent; text with ": " needs quotes.',
        ) from None
    except (YAMLError, ValueError) as error:
        raise SchemaError(f"{file}: this is no YAML.", received=error) from None
    if not isinstance(root, MappingNode):
        raise SchemaError(f"{file} has no keys.", hint="a schema begins with 'name: …'.")
    return root, values


def _refuse_traps(text: str, file: str) -> None:
    """Refuse what can fill any memory: parts that stand for others, endless nesting."""
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        where = f"{file}, line {event.start_mark.line + 1}"
        if depth > _DEEPEST:
            raise SchemaError(f"{where}: the parts lie too deep in each other.")
        if isinstance(event, AliasEvent):
            raise SchemaError(
                f"{where}: anchors are not used in schemas.",
                received=f"*{event.anchor}",
                hint="write the part out, or give the scale a name and refer to it.",
            )


def _line(error: MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1
