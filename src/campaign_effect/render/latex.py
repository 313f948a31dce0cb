"""Documents as LaTeX: a report is an article, a table alone is what an article takes in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from campaign_effect.apa.document import (
    Document,
    Grid,
    GridLine,
    Heading,
    Paragraph,
    Picture,
    Run,
    Runs,
)
from campaign_effect.render.characters import plain, tidy
from campaign_effect.render.columns import Column, Fill, cells_of, columns_of, spanners_of
from campaign_effect.render.fit import (
    LANDSCAPE_INCHES,
    MARGIN_INCHES,
    PORTRAIT_INCHES,
    Fit,
    fit,
    picture_width,
    turned,
)
from campaign_effect.render.latex_characters import UNKNOWN_MACRO, escape

_MOST_LINES: Final = 34  # a longer table must be allowed to go on to the next page
_TURN: Final = r"\begin{landscape}\floatplacement{table}{H}"
_NOTES: Final = (
    r"\begin{tablenotes}[flushleft]\setlength{\labelsep}{0pt}\footnotesize\raggedright"
)
_HANGING: Final = r"\hangindent=1em"
_MARGINS: Final = rf"\setlength{{\tabcolsep}}{{{MARGIN_INCHES}in}}"
_NUMBER: Final = re.compile(r"(?P<name>.*?)\s*(?P<chapter>(?:\w+\.)*)\d+\s*")
_BABEL: Final = {"id": "indonesian", "en": "english"}

_NEEDS: Final = r"""% Needs \usepackage[T1]{fontenc} and the packages array, booktabs,
% longtable, pdflscape, threeparttable and upgreek. In APA style:
% \usepackage[labelfont=bf,textfont=it,labelsep=newline,singlelinecheck=false]{caption}
"""
_PREAMBLE: Final = r"""\documentclass[12pt,a4paper]{article}
%(macro)s\usepackage[T1]{fontenc}
\usepackage{mathptmx}
\usepackage[margin=1in]{geometry}
\usepackage{array,booktabs,float,graphicx,longtable,pdflscape,threeparttable}
\usepackage[section]{placeins}
\usepackage[Symbol]{upgreek}
\usepackage[labelfont=bf,textfont=it,labelsep=newline,singlelinecheck=false]{caption}
\usepackage[hidelinks]{hyperref}
\IfFileExists{%(babel)s.ldf}{\usepackage[%(babel)s]{babel}}{}
\hypersetup{pdftitle={%(title)s},pdflang={%(language)s}}
\floatplacement{table}{htbp}
\floatplacement{figure}{htbp}
\setcounter{secnumdepth}{0}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.6\baselineskip}
\setlength{\emergencystretch}{3em}
\newcommand{\notice}[1]{{\setlength{\arrayrulewidth}{2pt}\small
  \begin{tabular}{|@{\hspace{1em}}p{0.94\linewidth}@{}}#1\end{tabular}\par}}
"""


def write(document: Document) -> bytes:
    r"""Write a document as LaTeX for pdfLaTeX, XeLaTeX or LuaLaTeX.

    Parameters
    ----------
    document : Document
        A report becomes an article. A single table becomes its environment alone, to be taken
        in by ``\input``, with the packages it needs in a comment.

    Returns
    -------
    bytes
        ASCII. LaTeX numbers tables and figures itself, from the first number on. A figure
        points to ``figures/<id>.png``.

    Examples
    --------
    >>> grid = Grid(id="t", number=(), title=(), spanners=(), heads=((),), lines=(), notes=())
    >>> text = write(Document(language="en", title="", blocks=(grid,))).decode()
    >>> r"\begin{threeparttable}" in text, r"\documentclass" in text
    (True, False)
    """
    body = _body(document)
    is_single = len(document.blocks) == 1 and isinstance(document.blocks[0], Grid)
    macro = UNKNOWN_MACRO if r"\surveychar" in body else ""
    if is_single:
        return (_NEEDS + macro + body).encode("ascii")
    return f"{_preamble(document)}\\begin{{document}}\n{body}\\end{{document}}\n".encode(
        "ascii"
    )


def _body(document: Document) -> str:
    """Write the blocks, neighbours on turned pages together."""
    blocks = zip(document.blocks, turned(document), strict=True)
    text = ""
    for is_turned, group in groupby(blocks, key=itemgetter(1)):
        words = "\n".join(_block(block, document.language) for block, _ in group)
        if is_turned:
            words = f"{_TURN}\n{words}\\end{{landscape}}\n"
        text += words + "\n"
    return text


def _preamble(document: Document) -> str:
    words = {
        "macro": UNKNOWN_MACRO,
        "babel": _BABEL.get(document.language, "english"),
        "title": escape(document.title),
        "language": escape(document.language),
    }
    tables = next((block for block in document.blocks if isinstance(block, Grid)), None)
    figures = next((block for block in document.blocks if isinstance(block, Picture)), None)
    names = [_counted("table", tables), _counted("figure", figures)]
    return _PREAMBLE % words + "".join(names)


def _counted(kind: str, first: Grid | Picture | None) -> str:
    """Name and number tables or figures as the first of them is."""
    found = _NUMBER.fullmatch(plain(first.number)) if first else None
    if not found:
        return ""
    name, chapter = escape(found["name"]), escape(found["chapter"])
    return (
        f"\\AtBeginDocument{{\\renewcommand{{\\{kind}name}}{{{name}}}}}\n"
        f"\\renewcommand{{\\the{kind}}}{{{chapter}\\arabic{{{kind}}}}}\n"
    )


def _block(block: Heading | Paragraph | Grid | Picture, language: str) -> str:
    match block:
        case Heading():
            return _heading(block)
        case Paragraph():
            text = _inline(block.runs)
            return f"\\notice{{{text}}}\n" if block.is_notice else f"{text}\n"
        case Grid():
            return _grid(block, language)
        case Picture():
            return _picture(block)


def _heading(heading: Heading) -> str:
    text = _inline(heading.runs)
    if heading.level == 1:
        return f"{{\\centering\\Large\\bfseries {text}\\par}}\\bigskip\n"
    return f"\\{'section' if heading.level == 2 else 'subsection'}{{{text}}}\n"


def _picture(picture: Picture) -> str:
    share = picture_width(picture) / PORTRAIT_INCHES
    options = f"width={share:.4g}\\linewidth,alt={{{escape(picture.alt)}}}"
    notes = [f"{{\\footnotesize {_inline(note)}\\par}}" for note in picture.notes]
    parts = [
        r"\begin{figure}",
        *_caption(picture.title, f"fig:{picture.id}"),
        rf"\includegraphics[{options}]{{figures/{picture.id}.png}}",
        *([r"\par\smallskip", *notes] if notes else []),
        r"\end{figure}",
    ]
    return "\n".join(parts) + "\n"


def _caption(title: Runs, label: str) -> list[str]:
    return [rf"\caption{{{_inline(title)}}}", rf"\label{{{label}}}"]


def _grid(grid: Grid, language: str) -> str:
    """Write a table that floats, or a long one that goes over several pages."""
    fitted = fit(grid, language)
    columns = columns_of(grid, language)
    heads = list(_heads(grid, fitted))
    body = [_line(line, row, columns, fitted) for row, line in enumerate(grid.lines)]
    size = rf"\fontsize{{{fitted.points}}}{{{1.2 * fitted.points:g}}}\selectfont{_MARGINS}"
    write_parts = _long if len(body) > _MOST_LINES else _short
    parts = write_parts(grid, size, heads, [_specification(columns, fitted), *body])
    return "\n".join(parts) + "\n"


def _short(grid: Grid, size: str, heads: list[str], table: list[str]) -> list[str]:
    notes = [rf"\item {_inline(note)}" for note in grid.notes]
    specification, *body = table
    return [
        r"\begin{table}",
        r"\begin{threeparttable}",
        *_caption(grid.title, f"tab:{grid.id}"),
        size,
        rf"\begin{{tabular}}{{{specification}}}",
        *(r"\toprule", *heads, r"\midrule", *body, r"\bottomrule"),
        r"\end{tabular}",
        *([_NOTES, *notes, r"\end{tablenotes}"] if notes else []),
        r"\end{threeparttable}",
        r"\end{table}",
    ]


def _long(grid: Grid, size: str, heads: list[str], table: list[str]) -> list[str]:
    caption, label = _caption(grid.title, f"tab:{grid.id}")
    specification, *body = table
    return [
        rf"\begingroup{size}\setlength{{\LTleft}}{{0pt}}\setlength{{\LTright}}{{\fill}}",
        rf"\setlength{{\LTcapwidth}}{{\linewidth}}\begin{{longtable}}{{{specification}}}",
        rf"{caption}{label}\\",
        *(r"\toprule", *heads, r"\midrule", r"\endfirsthead"),
        *(r"\toprule", *heads, r"\midrule", r"\endhead"),
        *(r"\bottomrule", r"\endfoot"),
        *body,
        r"\end{longtable}",
        *(rf"{{\footnotesize {_inline(note)}\par}}" for note in grid.notes),
        r"\endgroup",
    ]


def _specification(columns: Sequence[Column], fitted: Fit) -> str:
    """Give each column its share of the line, so that long words are broken into lines."""
    kinds = [
        rf">{{{_aligned(column)}}}p{{{_width(fitted, place, place)}}}"
        for place, column in enumerate(columns)
    ]
    return rf"@{{}}>{{{_HANGING}}}" + "".join(kinds) + "@{}"


def _aligned(column: Column) -> str:
    return (r"\centering" if column.is_centred else r"\raggedright") + r"\arraybackslash"


def _width(fitted: Fit, first: int, last: int) -> str:
    """Give the inner width of columns, without the space at both their ends."""
    page = LANDSCAPE_INCHES if fitted.is_landscape else PORTRAIT_INCHES
    share = sum(fitted.widths[first : last + 1]) / page
    ends = (first > 0) + (last < len(fitted.widths) - 1)
    return rf"\dimexpr {share:.4f}\linewidth-{ends}\tabcolsep\relax"


def _heads(grid: Grid, fitted: Fit) -> Iterator[str]:
    """Write the row of spanners, the rules under them, and the heads."""
    spanners = spanners_of(grid)
    if spanners:
        cells, place = [], 0
        for spanner in spanners:
            cells += [""] * (spanner.first - place)
            cells.append(_spanning(_inline(spanner.runs), fitted, spanner.first, spanner.last))
            place = spanner.last + 1
        yield _row(cells + [""] * (len(grid.heads) - place))
        yield "".join(rf"\cmidrule(lr){{{s.first + 1}-{s.last + 1}}}" for s in spanners)
    yield _row([_head(_inline(head), fitted, place) for place, head in enumerate(grid.heads)])


def _head(text: str, fitted: Fit, place: int) -> str:
    """Stand a head on the rule below it, the stub's to the left."""
    if place:
        return _spanning(text, fitted, place, place)
    width = _width(fitted, 0, 0)
    return rf"\multicolumn{{1}}{{@{{}}>{{\raggedright\arraybackslash}}b{{{width}}}}}{{{text}}}"


def _spanning(text: str, fitted: Fit, first: int, last: int) -> str:
    start = "@{}" if first == 0 else ""
    end = "@{}" if last == len(fitted.widths) - 1 else ""
    kind = rf"{start}>{{\centering\arraybackslash}}b{{{_width(fitted, first, last)}}}{end}"
    return rf"\multicolumn{{{last - first + 1}}}{{{kind}}}{{{text}}}"


def _line(line: GridLine, row: int, columns: Sequence[Column], fitted: Fit) -> str:
    stub, *cells = cells_of(line, len(columns)) or ((),)
    margin = rf"\leftskip={line.indent}em\relax " if line.indent else ""
    if line.is_heading:
        width = _width(fitted, 0, len(columns) - 1)
        space = r"\addlinespace[2pt]" + "\n" if row else ""
        kind = rf"@{{}}>{{\raggedright\arraybackslash}}p{{{width}}}@{{}}"
        return rf"{space}\multicolumn{{{len(columns)}}}{{{kind}}}{{{margin}{_inline(stub)}}} \\"
    data = [
        _filled(cell, column.fills[row])
        for cell, column in zip(cells, columns[1:], strict=True)
    ]
    return _row([margin + _inline(stub), *data])


def _row(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"


def _filled(cell: Runs, fill: Fill) -> str:
    before, after = (
        rf"\phantom{{{_inline(side)}}}" if side else "" for side in (fill.before, fill.after)
    )
    return f"{before}{_inline(cell)}{after}"


def _inline(runs: Runs) -> str:
    return "".join(_run(run) for run in tidy(runs))


def _run(run: Run) -> str:
    looks = {
        "textit": run.italic,
        "textbf": run.bold,
        "textsuperscript": run.raised,
        "textsubscript": run.lowered,
    }
    text = escape(run.text)
    for command, is_used in looks.items():
        if is_used:
            text = rf"\{command}{{{text}}}"
    return text
