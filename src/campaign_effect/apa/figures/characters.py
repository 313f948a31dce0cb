"""What of a label a figure can draw, with the fonts that are installed."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, Final

from campaign_effect.apa.style import Style
from campaign_effect.results import Kind

FONT: Final = "DejaVu Sans"  # comes with matplotlib: the same drawing everywhere

_OTHERS: Final = (
    *("Noto Sans", "Noto Sans Arabic", "Noto Sans Javanese", "Noto Sans Balinese"),
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Zen Hei"),
    *(
        "Droid Sans Fallback",
        "PingFang SC",
        "Hiragino Sans",
        "Microsoft YaHei",
        "Malgun Gothic",
        "Arial Unicode MS",
    ),
    *("Noto Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Symbola"),
)
"""Asked in this order for signs that the first font lacks. Fonts of coloured bitmaps alone, as
of most emoji, cannot be drawn."""

_SELECTORS: Final = range(0xFE00, 0xFE10)  # they choose between looks of the sign before them


class DrawnStyle(Style):
    """A style whose signs can all be drawn."""

    def show(self, value: Any, kind: Kind, digits: int | None = None) -> str:
        """Write a value as its kind asks, in signs that a font has."""
        return drawable(super().show(value, kind, digits))


@cache
def fonts() -> tuple[str, ...]:
    """Name the fonts of figures that are installed, the first one first."""
    from matplotlib.font_manager import fontManager

    installed = set(fontManager.get_font_names())
    return (FONT, *(name for name in _OTHERS if name in installed))


def drawable(text: str) -> str:
    """Replace signs that no font has by their Unicode numbers.

    Examples
    --------
    >>> drawable("Setuju ✔" + chr(0x10FFFD))
    'Setuju ✔[U+10FFFD]'
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_drawn, text))


def _drawn(sign: str) -> str:
    if sign.isspace() or ord(sign) in _known():
        return sign
    is_unseen = unicodedata.category(sign) == "Cf" or ord(sign) in _SELECTORS
    return "" if is_unseen else f"[U+{ord(sign):04X}]"


@cache
def _known() -> frozenset[int]:
    """Gather every sign of the fonts."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    paths = (findfont(FontProperties(family=[name])) for name in fonts())
    return frozenset(code for path in paths for code in get_font(path).get_charmap())
