"""Path diagrams: factors, their items, and how the factors are related."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

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
    layout = lay_out_diagram(loadings)

    def draw(canvas: Canvas, style: Style) -> None:
        canvas.set_layout_engine("none")  # the picture is laid out to the inch
        axes = canvas.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(0, WIDTH), ylim=(0, layout.height), aspect="equal")
        axes.set_axis_off()
        _draw_arcs(axes, style, result, layout, group)
        _draw_loadings(axes, style, loadings, layout)
        _draw_boxes(axes, style, result, layout, group)

    many = len(result.fitted.groups) > 1
    title = "title.figure.paths_group" if many else "title.figure.paths"
    return Figure(
        id=f"{result.name}_paths" + (f"_{place}" if many else ""),
        title=Text.of(title, group=group),
        alt=Text.of("alt.paths", factors=tuple(_alt(f, loadings) for f in layout.factors)),
        draw=draw,
        size=(WIDTH, layout.height),
        notes=((Text(id="note.figure.paths"),),),
        glossary=result.glossary,
    )


def lay_out_diagram(loadings: list[Loading]) -> Layout:
    """Stack the factors with their items; an item of several factors stands by its first.

    Parameters
    ----------
    loadings : list of Loading
        Of one group.

    Returns
    -------
    Layout
    """
    by_factor: dict[str, list[str]] = {}
    taken: set[str] = set()
    factors = list(dict.fromkeys(row.factor for row in loadings))
    for row in loadings:
        own = by_factor.setdefault(row.factor, [])
        if row.item not in taken and row.item not in factors:
            own.append(row.item)
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


def _draw_boxes(
    axes: Axes, style: Style, result: ConfirmatoryResult, layout: Layout, group: str | None
) -> None:
    """Draw ellipses and boxes with their names, and what is left of each item."""
    from matplotlib.patches import Ellipse, Rectangle

    x, width, height = FACTOR
    for factor, y in layout.factors.items():
        axes.add_patch(Ellipse((x, y), width, height, fc=ELLIPSE, ec=LINE, lw=1.1, zorder=3))
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


def _draw_arcs(
    axes: Axes, style: Style, result: ConfirmatoryResult, layout: Layout, group: str | None
) -> None:
    """Bend an arc for each correlation, the further out the further apart the factors."""
    from matplotlib.patches import FancyArrowPatch

    order = list(layout.factors)
    furthest = max(len(order) - 1, 1)
    step = (FURTHEST_ARC - NEAREST_ARC) / max(furthest - 1, 1)
    edge = FACTOR[0] - FACTOR[1] / 2
    for row in result.correlations:
        pair = (row.factor_1, row.factor_2)
        if row.group != group or not layout.factors.keys() >= set(pair):
            continue
        apart = abs(order.index(pair[0]) - order.index(pair[1]))
        reach = NEAREST_ARC + step * (apart - 1)
        high, low = sorted((layout.factors[name] for name in pair), reverse=True)
        # A quadratic curve comes half as far as its control point, which "arc3" puts at rad
        # times the distance of the ends, measured on the screen.
        bend = 2 * reach / (high - low)
        arc = FancyArrowPatch(
            (edge, high),
            (edge, low),
            connectionstyle=f"arc3,rad={bend:.6f}",
            arrowstyle="<|-|>",
            mutation_scale=6,
            lw=0.8,
            color=GREY,
            shrinkA=0,
            shrinkB=0,
        )
        axes.add_patch(arc)
        place = (edge - reach, (high + low) / 2)
        _number(axes, place, style.show(row.estimate, Kind.BOUNDED))


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


def _alt(factor: str, loadings: list[Loading]) -> Text:
    own = [row.std_all for row in loadings if row.factor == factor and row.std_all is not None]
    return Text.of("alt.factor", factor=factor, low=min(own), high=max(own))
