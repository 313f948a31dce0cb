"""What every figure shares: which results have one, colours, and how it is drawn to bytes."""

from __future__ import annotations

import io
import textwrap
from functools import singledispatch
from typing import TYPE_CHECKING, Any, Final

from campaign_effect.apa.blocks import Figure
from campaign_effect.apa.document import Picture
from campaign_effect.apa.figures.characters import DrawnStyle, fonts
from campaign_effect.apa.layout import note_paragraphs, numbered
from campaign_effect.apa.style import Style, plain
from campaign_effect.results import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DIVERGING: Final = ("#8c510a", "#d8b365", "#f6e8c3", "#e8e8e8", "#c7eae5", "#5ab4ac", "#01665e")
"""Brown to teal (ColorBrewer BrBG): told apart by colour-blind readers; grey is the middle."""

ASIDE: Final = ("#9a9a9a", "#bdbdbd", "#d4d4d4")
"""Greys of answers that are no place on the scale."""

INK: Final = "#1b1b1b"
LINE: Final = "#01665e"
RESOLUTION: Final = 200

_SETTINGS: Final[dict[str, Any]] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "text.color": INK,
    "axes.labelcolor": INK,
    "svg.hashsalt": "campaign_effect",
    "text.parse_math": False,  # a label's dollar signs are no mathematics
}


@singledispatch
def figures(result: Result) -> tuple[Figure, ...]:
    """Give the figures of a result; an analysis that has some registers them here."""
    return ()


def draw(figure: Figure, style: Style, number: int | None = None) -> Picture:
    """Draw a figure in a language, as SVG and PNG with the same bytes at every run."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    settings: Any = {**_SETTINGS, "font.family": list(fonts())}
    drawn = DrawnStyle(language=style.language, glossary=style.glossary)
    with mpl.rc_context(settings):
        canvas = Canvas(figsize=figure.size, layout="constrained")
        FigureCanvasAgg(canvas)
        figure.draw(canvas, drawn)
        canvas.draw_without_rendering()
        canvas.set_layout_engine("none")  # laid out once for both forms
        svg, png = io.BytesIO(), io.BytesIO()
        canvas.savefig(svg, format="svg", metadata={"Date": None})
        canvas.savefig(png, format="png", dpi=RESOLUTION, metadata={"Software": None})
    return Picture(
        id=figure.id,
        number=numbered("word.figure", number, style),
        title=style.say(figure.title),
        alt=plain(style.say(figure.alt)),
        svg=svg.getvalue(),
        png=png.getvalue(),
        width=figure.size[0],
        height=figure.size[1],
        notes=note_paragraphs(figure.notes, style),
    )


def wrapped(text: str, width: int) -> str:
    """Break a label into lines, at most three; what is longer ends in "…"."""
    return "\n".join(textwrap.wrap(text, width, max_lines=3, placeholder=" …"))


def tidy_axes(axes: Axes) -> None:
    """Take away what no reader needs."""
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=0)
