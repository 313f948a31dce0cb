"""Path diagrams: factors, their items, and how the factors are related."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from campaign_effect.analyses.sem.rows import ConfirmatoryResult, Loading
from campaign_effect.apa.blocks import Figure, Text
from campaign_effect.apa.figures.generic import INK, LINE, figures, wrapped
from campaign_effect.apa.style import Style
from campaign_effect.results import Kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

# All lengths are inches: the axes are as large as the picture, so that nothing is distorted.
WIDTH: Final = 6.5
FACTOR: Final = (2.02, 1.56, 0.62)  # centre, width, height of an ellipse
HEIGHT_OF_ITEM: Final = 0.29
ITEM: Final = (3.72, 2.30, HEIGHT_OF_ITEM)  # left edge, width, height of a box
STEP: Final = 0.36
GAP: Final = 0.20
LEAST_BLOCK: Final = 0.95
FURTHEST_ARC: Final = 1.06
NEAREST_ARC: Final = 0.24
ELLIPSE: Final = "#e3f1ef"
GREY: Final = "#8a8a8a"
SMALL: Final = 6.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything stands: heights of the centres, from the bottom."""

    height: float
    factors: dict[str, float] = field(default_factory=dict)
    items: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """A path from one factor to another, or their correlation."""

    start: str
    end: str
    value: float
    is_path: bool


@figures.register
def _(result: ConfirmatoryResult) -> tuple[Figure, ...]:
    if not result.loadings:
        return ()
    return tuple(
        _diagram(result, group, place)
        for place, group in enumerate(result.fitted.groups, start=1)
    )


def _diagram(result: ConfirmatoryResult, group: str | None, place: int) -> Figure:
    loadings = [row for row in result.loadings if row.group == group]
    layout = lay_out_diagram(loadings, _observed_ends(result))

    def draw(canvas: Canvas, style: Style) -> None:
        canvas.set_layout_engine("none")  # the picture is laid out to the inch
        axes = canvas.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(0, WIDTH), ylim=(0, layout.height), aspect="equal")
        axes.set_axis_off()
        for arc in _arcs(result, layout, group):
            _draw_arc(axes, style, layout, arc)
        _draw_loadings(axes, style, loadings, layout)
        _draw_boxes(axes, style, result, layout, group)

    many = len(result.fitted.groups) > 1
    title = "title.figure.paths_group" if many else "title.figure.paths"
    return Figure(
        id=f"{result.name}_paths" + (f"_{place}" if many else ""),
        title=Text.of(title, group=group),
        alt=Text.of("alt.paths", factors=tuple(_alt(loadings))),
        draw=draw,
        size=(WIDTH, layout.height),
        notes=((Text(id=f"note.figure.{result.name}"),),),
        glossary=result.glossary,
    )


def lay_out_diagram(loadings: list[Loading], others: Sequence[str] = ()) -> Layout:
    """Stack the factors with their items; an item of several factors stands by its first.

    Parameters
    ----------
    loadings : list of Loading
        Of one group.
    others : sequence of str
        Observed variables on paths, which stand below the factors.

    Returns
    -------
    Layout
    """
    factors = list(dict.fromkeys(row.factor for row in loadings))
    by_factor: dict[str, list[str]] = {name: [] for name in (*factors, *others)}
    taken: set[str] = set(by_factor)
    for row in loadings:
        if row.item not in taken:
            by_factor[row.factor].append(row.item)
            taken.add(row.item)
    blocks = {name: max(len(items) * STEP, LEAST_BLOCK) for name, items in by_factor.items()}
    height = sum(blocks.values()) + GAP * (len(blocks) + 1)
    layout = Layout(height=height)
    top = height - GAP
    for name, items in by_factor.items():
        middle = top - blocks[name] / 2
        layout.factors[name] = middle
        first = middle + STEP * (len(items) - 1) / 2
        layout.items.update({item: first - STEP * i for i, item in enumerate(items)})
        top -= blocks[name] + GAP
    return layout


def _observed_ends(result: ConfirmatoryResult) -> tuple[str, ...]:
    """Name the observed variables that predict or are predicted."""
    paths = [row for row in result.parameters if row.op == "~"]
    ends = dict.fromkeys(name for row in paths for name in (row.rhs, row.lhs))
    measured = {row.item for row in result.loadings}
    hidden = {*result.fitted.solution.table.latent, *measured}
    return tuple(name for name in ends if name not in hidden)


def _draw_boxes(
    axes: Axes, style: Style, result: ConfirmatoryResult, layout: Layout, group: str | None
) -> None:
    """Draw ellipses and boxes with their names, and what is left of each item."""
    from matplotlib.patches import Ellipse, Rectangle

    x, width, height = FACTOR
    latent = set(result.fitted.solution.table.latent)
    look: dict[str, Any] = {"fc": ELLIPSE, "ec": LINE, "lw": 1.1, "zorder": 3}
    for factor, y in layout.factors.items():
        if factor in latent:
            axes.add_patch(Ellipse((x, y), width, height, **look))
        else:
            corner = (x - width / 2, y - height / 2)
            axes.add_patch(Rectangle(corner, width, height, **(look | {"fc": "white"})))
        label = wrapped(style.show(factor, Kind.NAME), 20)
        axes.text(x, y, label, ha="center", va="center", fontsize=7.5, zorder=4)
    left, width, height = ITEM
    explained = {row.variable: row.r2 for row in result.r2 if row.group == group}
    for item, y in layout.items.items():
        box = Rectangle((left, y - height / 2), width, height, fc="white", ec=GREY, lw=0.8)
        axes.add_patch(box)
        lines = wrapped(style.show(item, Kind.NAME), 46).split("\n")
        text = "\n".join(lines[:2]) + (" …" if len(lines) > 2 else "")
        axes.text(left + 0.06, y, text, ha="left", va="center", fontsize=SMALL - 0.6)
        if item in explained:
            _arrow(axes, (WIDTH - 0.28, y), (left + width, y), weight=0.7, colour=GREY)
            error = style.show(1 - explained[item], Kind.BOUNDED)
            axes.text(WIDTH - 0.26, y, error, ha="left", va="center", fontsize=SMALL)


def _draw_loadings(axes: Axes, style: Style, loadings: list[Loading], layout: Layout) -> None:
    """Draw an arrow for each loading, the heavier the stronger, dashed where negative."""
    x, width, _ = FACTOR
    for row in loadings:
        if row.item not in layout.items or row.std_all is None:
            continue
        start = (x + width / 2 + 0.02, layout.factors[row.factor])
        end = (ITEM[0], layout.items[row.item])
        weight = 0.5 + 1.1 * min(abs(row.std_all), 1.0)
        _arrow(axes, start, end, weight=weight, dashed=row.std_all < 0)
        share = 0.62
        place = [a + share * (b - a) for a, b in zip(start, end, strict=True)]
        _number(axes, (place[0], place[1]), style.show(row.std_all, Kind.BOUNDED))


def _arcs(result: ConfirmatoryResult, layout: Layout, group: str | None) -> Iterator[Arc]:
    """Give the paths between factors, and correlations of those that nothing explains."""
    paths = [row for row in result.parameters if row.group == group and row.op in ("~", "=~")]
    joined = set()
    for row in paths:
        cause, effect = (row.rhs, row.lhs) if row.op == "~" else (row.lhs, row.rhs)
        if {cause, effect} <= layout.factors.keys() and row.std_all is not None:
            joined.add(effect)
            yield Arc(start=cause, end=effect, value=row.std_all, is_path=True)
    for one in result.correlations:
        pair = {one.factor_1, one.factor_2}
        if one.group == group and pair <= layout.factors.keys() and not pair & joined:
            yield Arc(start=one.factor_1, end=one.factor_2, value=one.estimate, is_path=False)


def _draw_arc(axes: Axes, style: Style, layout: Layout, arc: Arc) -> None:
    """Bend an arc, the further out the further apart its ends."""
    from matplotlib.patches import FancyArrowPatch

    order = list(layout.factors)
    step = (FURTHEST_ARC - NEAREST_ARC) / max(len(order) - 2, 1)
    apart = abs(order.index(arc.start) - order.index(arc.end))
    reach = NEAREST_ARC + step * (apart - 1)
    edge = FACTOR[0] - FACTOR[1] / 2
    start, end = layout.factors[arc.start], layout.factors[arc.end]
    # A quadratic curve comes half as far as its control point, which "arc3" puts at rad times
    # the distance of the ends, measured on the screen.
    patch = FancyArrowPatch(
        (edge, start),
        (edge, end),
        connectionstyle=f"arc3,rad={2 * reach / (start - end):.6f}",
        arrowstyle="-|>" if arc.is_path else "<|-|>",
        mutation_scale=8 if arc.is_path else 6,
        lw=1.2 if arc.is_path else 0.8,
        color=INK if arc.is_path else GREY,
        shrinkA=0,
        shrinkB=0,
    )
    axes.add_patch(patch)
    place = (edge - reach, (start + end) / 2)
    _number(axes, place, style.show(arc.value, Kind.BOUNDED))


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    weight: float,
    colour: str = INK,
    dashed: bool = False,
) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "lw": weight, "shrinkA": 0, "shrinkB": 0}
    style |= {"mutation_scale": 6, "linestyle": (0, (3, 2)) if dashed else "-"}
    axes.annotate("", xy=end, xytext=start, arrowprops=style)


def _number(axes: Axes, place: tuple[float, float], shown: str) -> None:
    """Write a number on its line, on a patch of paper."""
    paper = {"boxstyle": "square,pad=0.12", "fc": "white", "ec": "none"}
    x, y = place
    axes.text(
        x, y, shown, ha="center", va="center", fontsize=SMALL, color=INK, bbox=paper, zorder=5
    )


def _alt(loadings: list[Loading]) -> Iterator[Text]:
    for factor in dict.fromkeys(row.factor for row in loadings):
        own = [r.std_all for r in loadings if r.factor == factor and r.std_all is not None]
        if own:
            yield Text.of("alt.factor", factor=factor, low=min(own), high=max(own))
