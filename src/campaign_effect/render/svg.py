"""Drawings put into a page of HTML: one name space, one size, words for the blind."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

from campaign_effect.apa.document import Picture
from campaign_effect.render.characters import clean

_NAME: Final = re.compile(r"\{[^}]*\}")
_LOCAL: Final = re.compile(r"(url\(\s*['\"]?#|^#)([^)'\"\s]+)")
_LENGTH: Final = re.compile(r"[\d.]+")
_DROPPED: Final = ("metadata", "script", "foreignObject")
_PIXELS_PER_INCH: Final = 96


def inline_svg(picture: Picture, prefix: str) -> str:
    """Make a drawing fit to stand inside a page beside others.

    Parameters
    ----------
    picture : Picture
        Its ``svg`` is a whole file, as matplotlib writes it; its width is in inches.
    prefix : str
        Put before every id and every reference to one: drawings of one program use the same
        ids, and a page would take the clip path of the first drawing for all.

    Returns
    -------
    str
        An ``svg`` element as wide as the picture or the screen, read out by its ``alt``.

    Examples
    --------
    >>> picture = Picture(id="f", number=(), title=(), alt="A line.", png=b"", width=1.0,
    ...     height=1.0, notes=(),
    ...     svg=b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="3"/>')
    >>> inline_svg(picture, "f-")[:27]
    '<svg viewBox="0 0 9 3" role'
    """
    root = ElementTree.fromstring(clean(picture.svg.decode()))
    for element in root.iter():
        _localise(element, prefix)
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in _DROPPED]:
            parent.remove(child)
    _name_and_size(root, picture)
    return ElementTree.tostring(root, encoding="unicode").replace("\n", "")


def _localise(element: ElementTree.Element, prefix: str) -> None:
    """Drop the XML name spaces, which HTML has not, and prefix ids and references."""
    element.tag = _NAME.sub("", str(element.tag))
    attributes = {_NAME.sub("", key): value for key, value in element.attrib.items()}
    element.attrib.clear()
    for key, value in attributes.items():
        local = prefix + value if key == "id" else _LOCAL.sub(rf"\g<1>{prefix}\g<2>", value)
        element.set(key, local)
    if element.tag == "style" and element.text:
        element.text = element.text.replace("*{", f"#{prefix}drawing *{{")


def _name_and_size(root: ElementTree.Element, picture: Picture) -> None:
    width, height = root.attrib.pop("width", ""), root.attrib.pop("height", "")
    lengths = [_LENGTH.match(length) for length in (width, height)]
    if "viewBox" not in root.attrib and all(lengths):
        root.set("viewBox", " ".join(["0 0", *(found[0] for found in lengths if found)]))
    root.set("role", "img")
    root.set("aria-label", clean(picture.alt))
    root.set("style", f"max-width:{picture.width * _PIXELS_PER_INCH:.0f}px")
