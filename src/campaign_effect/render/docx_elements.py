"""WordprocessingML by hand: runs and paragraphs whose parts stand in the schema's order."""

from __future__ import annotations

from typing import Any

from campaign_effect.apa.document import Run, Runs
from campaign_effect.render.characters import tidy

TWIPS_PER_INCH = 1440
TWIPS_PER_POINT = 20


def element(tag: str, *children: Any, **attributes: object) -> Any:
    """Make an element of Word's name space.

    Parameters
    ----------
    tag : str
        Its name without prefix, such as "tcPr".
    *children : element or None
        In the schema's order; None stands for one that is not needed.
    **attributes : object
        Of the same name space, written as text.

    Returns
    -------
    lxml element

    Examples
    --------
    >>> element("jc", val="center").tag.rpartition("}")[2]
    'jc'
    """
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend(child for child in children if child is not None)
    return made


def paragraph(
    runs: Runs,
    style: str,
    *properties: Any,
    keep_next: bool = False,
    points: float | None = None,
) -> Any:
    """Make a paragraph.

    Parameters
    ----------
    runs : tuple of Run
        Its text.
    style : str
        The id of its style.
    *properties : element or None
        Further properties, in the schema's order after ``keepNext``.
    keep_next : bool, default False
        Stays on the page of the paragraph that follows.
    points : float, optional
        Size of type, if not the style's.

    Returns
    -------
    lxml element
        A ``w:p``.

    Examples
    --------
    >>> len(paragraph((Run(text="Ya"),), "Normal"))
    2
    """
    kept = element("keepNext") if keep_next else None
    shape = element("pPr", element("pStyle", val=style), kept, *properties)
    return element("p", shape, *(_run(run, points) for run in tidy(runs)))


def _run(run: Run, points: float | None) -> Any:
    from docx.oxml.ns import qn

    level = "superscript" if run.raised else "subscript" if run.lowered else None
    size = round(2 * points) if points else None
    shape = element(
        "rPr",
        *([element("b"), element("bCs")] if run.bold else []),
        *([element("i"), element("iCs")] if run.italic else []),
        *([element("sz", val=size), element("szCs", val=size)] if size else []),
        element("vertAlign", val=level) if level else None,
    )
    text = element("t")
    text.text = run.text
    text.set(qn("xml:space"), "preserve")
    return element("r", shape if len(shape) else None, text)
