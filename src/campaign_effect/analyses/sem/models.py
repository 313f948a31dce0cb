"""Which model: the schema's constructs, or what the user wrote; and what no model may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from campaign_effect.errors import TooFewItemsError, nearest_word
from campaign_effect.stats.sem.syntax import Model, Modifier, Relation, parse_model
from campaign_effect.stats.sem.tokens import mistake

Blocks = Mapping[str, Sequence[str]]


def chosen_model(text: str | None, blocks: Blocks, columns: Sequence[str]) -> Model:
    """Read a model, or measure every construct by its items.

    Parameters
    ----------
    text : str, optional
        In lavaan's syntax. A construct that it uses and does not define is measured by its
        items.
    blocks : mapping of construct to items
        Of the schema.
    columns : sequence of str
        Observed variables at hand.

    Returns
    -------
    Model

    Raises
    ------
    FormulaError
        If the text cannot be read, names an unknown variable, measures a factor by one item,
        or goes round in a circle; the message shows the line and the place.
    TooFewItemsError
        If there is no text and no construct.
    """
    if text is None:
        if not blocks:
            raise TooFewItemsError(
                "The survey has no constructs.", hint="write a model, or a schema."
            )
        model = measurement_model(blocks)
    else:
        model = _with_constructs(parse_model(text), blocks, columns)
    _check_known(model, columns)
    _check_indicators(model)
    _check_circles(model)
    return model


def measurement_model(blocks: Blocks) -> Model:
    """Write a factor for each construct.

    Examples
    --------
    >>> measurement_model({"trust": ("t1", "t2", "t3")}).text
    'trust =~ t1 + t2 + t3'
    """
    lines: list[str] = []
    relations: list[Relation] = []
    start = 0
    for factor, items in blocks.items():
        line = f"{factor} =~ "
        for item in items:
            place = start + len(line)
            relations.append(
                Relation(
                    left=factor, operator="=~", right=item, modifier=Modifier(), place=place
                )
            )
            line += f"{item} + "
        lines.append(line.removesuffix(" + "))
        start += len(lines[-1]) + 1
    return Model(
        text="\n".join(lines), relations=tuple(relations), definitions=(), constraints=()
    )


def factors_of(model: Model) -> tuple[str, ...]:
    """Name the factors in order of appearance."""
    return tuple(dict.fromkeys(r.left for r in model.relations if r.operator == "=~"))


def _with_constructs(model: Model, blocks: Blocks, columns: Iterable[str]) -> Model:
    """Measure the constructs that a model uses and does not define."""
    known = {*factors_of(model), *columns}
    used = [name for r in model.relations for name in (r.left, r.right)]
    missing = {name: blocks[name] for name in blocks if name in used and name not in known}
    if not missing:
        return model
    added = measurement_model(missing)
    shift = len(added.text) + 1
    moved = tuple(replace(r, place=r.place + shift) for r in model.relations)
    return replace(
        model, text=f"{added.text}\n{model.text}", relations=(*added.relations, *moved)
    )


def _check_known(model: Model, columns: Sequence[str]) -> None:
    """Say which variable is unknown, where, and what it may have meant."""
    factors = factors_of(model)
    known = [*columns, *factors]
    for relation in model.relations:
        takes_right = relation.operator in ("=~", "~", "~~")
        for name in (relation.left, relation.right) if takes_right else (relation.left,):
            if name not in known:
                near = nearest_word(name, [one for one in known if one != relation.left])
                raise mistake(
                    model.text,
                    _place_of(model.text, relation, name),
                    f"no variable is named {name!r}",
                    f"did you mean {near!r}?" if near else f"there are {known}.",
                )


def _place_of(text: str, relation: Relation, name: str) -> int:
    """Find where a relation names a variable: its right side, else the start of its line."""
    if name == relation.right:
        return relation.place
    start = text.rfind("\n", 0, relation.place) + 1
    found = text.find(name, start, relation.place)
    return found if found >= 0 else relation.place


def _check_indicators(model: Model) -> None:
    """Say which factor rests on one item whose error the model does not speak of."""
    spoken = {r.left for r in model.relations if r.operator == "~~" and r.left == r.right}
    for factor in factors_of(model):
        own = [r for r in model.relations if r.operator == "=~" and r.left == factor]
        if len(own) == 1 and not {own[0].right, factor} & spoken:
            item = own[0].right
            raise mistake(
                model.text,
                own[0].place,
                f"the factor {factor!r} has one indicator only",
                f"add indicators, use {item!r} itself, or fix its error: {item} ~~ 0*{item}.",
            )


def _check_circles(model: Model) -> None:
    """Say which variables depend on themselves."""
    causes: dict[str, list[tuple[str, Relation]]] = {}
    for relation in model.relations:
        if relation.operator == "~":
            causes.setdefault(relation.left, []).append((relation.right, relation))
        elif relation.operator == "=~":
            causes.setdefault(relation.right, []).append((relation.left, relation))
    for start in causes:
        for circle, relation in _circles(start, causes):
            raise mistake(
                model.text,
                relation.place,
                f"the model goes round in a circle: {' ← '.join(circle)}",
                "leave one of its paths out.",
            )


def _circles(
    start: str, causes: Mapping[str, list[tuple[str, Relation]]]
) -> Iterator[tuple[list[str], Relation]]:
    """Walk from effects to causes; give each walk that comes back."""
    walks: list[list[str]] = [[start]]
    seen: set[str] = set()
    while walks:
        walk = walks.pop()
        for cause, relation in causes.get(walk[-1], []):
            if cause == start:
                yield [*walk, cause], relation
            elif cause not in seen:
                seen.add(cause)
                walks.append([*walk, cause])
