"""What is wrong in a schema file, said with its line, its key and the nearest word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from campaign_effect.errors import SchemaError, nearest_word
from campaign_effect.schema.model import Schema

Location = Sequence[int | str]

_MOST_SHOWN: Final = 5
_WORD: Final = re.compile(r"(?:names|name|code) '([^']+)'")
_NEEDED: Final = {
    "string_type": "text is needed; write it in quotes",
    "tuple_type": "a list is needed",
    "model_type": "a mapping of keys is needed",
    "missing": "this key is needed",
    "float_parsing": "a number is needed",
    "float_type": "a number is needed",
    "bool_parsing": "true or false is needed",
    "bool_type": "true or false is needed",
    "int_type": "a whole number or text is needed",
}


def schema_error(file: str, error: ValidationError, root: Node) -> SchemaError:
    """Turn what pydantic found into an error with lines and nearest words.

    Parameters
    ----------
    file : str
        As the reader named it.
    error : ValidationError
        What the models refused.
    root : Node
        The YAML nodes, which know their lines.
    """
    faults = _one_per_place(error.errors(include_url=False), root)
    shown = [_sentence(file, fault, place, root) for place, fault in faults[:_MOST_SHOWN]]
    more = len(faults) - len(shown)
    if more:
        shown.append(f"and {more} more")
    return SchemaError("\n".join(shown), hint="mend these keys; an editor shows them too.")


Place = tuple[int | str, ...]


def _one_per_place(errors: list[ErrorDetails], root: Node) -> list[tuple[Place, ErrorDetails]]:
    """Keep the first complaint about each key (a union complains once per member)."""
    found: dict[Place, ErrorDetails] = {}
    for error in errors:
        found.setdefault(_place(error, root), error)
    places = list(found)
    return [(p, found[p]) for p in places if not _is_echo(found[p], p, places)]


def _is_echo(error: ErrorDetails, place: Place, places: list[Place]) -> bool:
    """Say whether a list seems short only because a part of it was refused."""
    inner = any(len(other) > len(place) and other[: len(place)] == place for other in places)
    return error["type"] == "too_short" and inner


def _place(error: ErrorDetails, root: Node) -> Place:
    """Leave out of a location the names of union members, which the file does not have."""
    kept: list[int | str] = []
    node: Node | None = root
    for step in error["loc"]:
        below = _child(node, step)
        is_absent_key = error["type"] == "missing" and step == error["loc"][-1]
        if below is None and not is_absent_key:
            break
        kept.append(step)
        node = below
    return tuple(kept)


def _sentence(file: str, error: ErrorDetails, place: Place, root: Node) -> str:
    if error["type"] == "value_error":
        return _contradiction(file, error, place, root)
    where = f"{file}, line {_line(root, place)}: {_path(place) or 'the file'}"
    came = "" if error["type"] == "missing" else f", not {_shown(error['input'])}"
    if error["type"] == "extra_forbidden":
        return f"{where} is no key of a schema; {_meant(str(place[-1]), _keys(place[:-1]))}"
    if error["type"] == "literal_error":
        words = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return f"{where} must be one of {words}{came}; {_meant(str(error['input']), words)}"
    return f"{where}: {_NEEDED.get(error['type'], error['msg'])}{came}"


def _contradiction(file: str, error: ErrorDetails, place: Place, root: Node) -> str:
    """Say a contradiction between parts, at the line of the word it is about."""
    message = str(error["ctx"]["error"])
    word = _WORD.search(message)
    found = list(_scalars(_descend(root, place) or root, word.group(1))) if word else []
    if found:
        steps, line = found[-1]
        return f"{file}, line {line}: {_path((*place, *steps))}: {message}"
    return f"{file}, line {_line(root, place)}: {_path(place) or 'the schema'}: {message}"


def _scalars(node: Node, word: str, steps: Place = ()) -> Iterator[tuple[Place, int]]:
    """Find where a word stands in the file."""
    if isinstance(node, ScalarNode) and node.value == word:
        yield steps, node.start_mark.line + 1
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _scalars(value, word, (*steps, key.value))
    elif isinstance(node, SequenceNode):
        for position, value in enumerate(node.value):
            yield from _scalars(value, word, (*steps, position))


def _child(node: Node | None, step: int | str) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: Node = node.value[step]
        return found
    return None


def _descend(root: Node, place: Location) -> Node | None:
    node: Node | None = root
    for step in place:
        node = _child(node, step)
    return node


def _line(root: Node, place: Location) -> int:
    """Give the line of a key, else that of the deepest part around it."""
    line, node = root.start_mark.line, root
    for step in place:
        if isinstance(node, MappingNode):
            keys = [key for key, _ in node.value if key.value == str(step)]
            line = keys[0].start_mark.line if keys else line
        below = _child(node, step)
        if below is None:
            break
        line = below.start_mark.line if isinstance(node, SequenceNode) else line
        node = below
    return int(line) + 1


def _path(place: Location) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return "".join(steps).removeprefix(".")


def _keys(place: Location) -> list[str]:
    """List the keys that a part of a schema may have."""
    model: type[BaseModel] = Schema
    for step in place:
        if isinstance(step, str):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = _model_in(fields[step].annotation) if step in fields else model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel]:
    """Find the model inside ``Model``, ``Model | None`` or ``tuple[Model, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = [_model_in(part) for part in get_args(annotation)]
    return next((model for model in found if model is not BaseModel), BaseModel)


def _meant(word: str, words: Sequence[str]) -> str:
    near = nearest_word(word, words)
    return f"did you mean {near!r}?" if near else f"there are {list(words)}"


def _shown(value: object, most: int = 60) -> str:
    text = "a mapping" if isinstance(value, Mapping) else repr(value)
    return text if len(text) <= most else text[:most] + "…"
