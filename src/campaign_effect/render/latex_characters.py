"""Every character as pdfLaTeX can set it, with T1 fonts and no engine of its own."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from campaign_effect.render.characters import clean

UNKNOWN_MACRO: Final = r"""% A character that pdfLaTeX has no font for is shown by its code.
\ifdefined\surveychar\else\DeclareRobustCommand{\surveychar}[1]{%
  \ifdefined\Umathcode\symbol{"#1}\else\texttt{U+#1}\fi}\fi
"""
"""Defines the macro that stands for any character not known here."""

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "_": r"\_",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "&": r"\&",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "|": r"\textbar{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "*": "{*}",  # after a row, a bare star or bracket would be its argument
    "[": "{[}",
    "]": "{]}",
}
_TEXT: Final = {
    "\N{MINUS SIGN}": r"\textminus{}",
    "\N{MULTIPLICATION SIGN}": r"\texttimes{}",
    "±": r"\textpm{}",
    "÷": r"\textdiv{}",
    "¬": r"\textlnot{}",
    "\u00a0": "~",
    "\u00ad": r"\-",
    "\N{EN DASH}": r"\textendash{}",
    "—": r"\textemdash{}",
    "\N{HYPHEN}": "-",
    "\N{NON-BREAKING HYPHEN}": r"\mbox{-}",
    "\N{LEFT SINGLE QUOTATION MARK}": r"\textquoteleft{}",
    "\N{RIGHT SINGLE QUOTATION MARK}": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "„": r"\quotedblbase{}",
    "«": r"\guillemotleft{}",
    "»": r"\guillemotright{}",
    "…": r"\textellipsis{}",
    "•": r"\textbullet{}",
    "·": r"\textperiodcentered{}",
    "§": r"\S{}",
    "¶": r"\P{}",
    "†": r"\textdagger{}",
    "‡": r"\textdaggerdbl{}",
    "°": r"\textdegree{}",
    "€": r"\texteuro{}",
    "£": r"\textsterling{}",
    "©": r"\textcopyright{}",
    "®": r"\textregistered{}",
    "™": r"\texttrademark{}",
    "¡": r"\textexclamdown{}",
    "¿": r"\textquestiondown{}",
    "\N{FRACTION SLASH}": "/",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "\N{LATIN SMALL LETTER DOTLESS I}": r"\i{}",
    "đ": r"\dj{}",
    "Đ": r"\DJ{}",
    "ª": r"\textordfeminine{}",
    "º": r"\textordmasculine{}",
    "\N{MODIFIER LETTER APOSTROPHE}": r"\textquoteright{}",
}
_MATHS: Final = {
    "≤": r"\leq",
    "≥": r"\geq",
    "≠": r"\neq",
    "≈": r"\approx",
    "≡": r"\equiv",
    "→": r"\rightarrow",
    "←": r"\leftarrow",
    "↔": r"\leftrightarrow",
    "↑": r"\uparrow",
    "↓": r"\downarrow",
    "∞": r"\infty",
    "√": r"\surd",
    "∑": r"\sum",
    "∏": r"\prod",
    "∂": r"\partial",
    "∈": r"\in",
    "\N{ASTERISK OPERATOR}": r"\ast",
    "✓": r"\surd",
}
_ACCENTS: Final = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
    "\u0328": "k",
    "\u0331": "b",
}
_GREEK: Final = (
    {
        unicodedata.lookup(f"GREEK SMALL LETTER {name}"): rf"\up{name.lower()}"
        for name in (
            *(
                "ALPHA",
                "BETA",
                "GAMMA",
                "DELTA",
                "EPSILON",
                "ZETA",
                "ETA",
                "THETA",
                "IOTA",
                "KAPPA",
            ),
            *(
                "MU",
                "NU",
                "XI",
                "PI",
                "RHO",
                "SIGMA",
                "TAU",
                "UPSILON",
                "PHI",
                "CHI",
                "PSI",
                "OMEGA",
            ),
        )
    }
    | {
        unicodedata.lookup(f"GREEK CAPITAL LETTER {name}"): rf"\{name.title()}"
        for name in (
            "GAMMA",
            "DELTA",
            "THETA",
            "XI",
            "PI",
            "SIGMA",
            "UPSILON",
            "PHI",
            "PSI",
            "OMEGA",
        )
    }
    | {
        "λ": r"\uplambda",
        "Λ": r"\Lambda",
        "ς": r"\upvarsigma",
        "\N{MICRO SIGN}": r"\upmu",
    }
)
_LATIN: Final = {  # Greek capitals that are written as Latin ones
    unicodedata.lookup(f"GREEK CAPITAL LETTER {name}"): letter
    for name, letter in {
        **{"ALPHA": "A", "BETA": "B", "EPSILON": "E", "ZETA": "Z", "ETA": "H", "IOTA": "I"},
        **{"KAPPA": "K", "MU": "M", "NU": "N", "OMICRON": "O", "RHO": "P", "TAU": "T"},
        "CHI": "X",
    }.items()
} | {"\N{GREEK SMALL LETTER OMICRON}": "o"}
_KNOWN: Final = (
    _SPECIAL
    | _TEXT
    | _LATIN
    | {sign: rf"\ensuremath{{{command}}}" for sign, command in (_MATHS | _GREEK).items()}
)
_CLUSTERS: Final = re.compile(f".[{''.join(_ACCENTS)}]?", re.DOTALL)
_APART: Final = "\0"  # between two characters that a font would join; never in a clean text
_LIGATURES: Final = re.compile(r"-(?=-)|,(?=,)")


def escape(text: str) -> str:
    r"""Write a text so that LaTeX sets exactly its characters.

    Parameters
    ----------
    text : str
        Any text, as a survey may hold it.

    Returns
    -------
    str
        ASCII. Letters that T1 fonts lack become Latin letters with accents, signs of
        mathematics, or the code of the character by the macro of ``UNKNOWN_MACRO``.

    Examples
    --------
    >>> print(escape("50% χ² é ≤ 選"))
    50\% \ensuremath{\upchi}\textsuperscript{2} \'{e} \ensuremath{\leq} \surveychar{9078}
    """
    text = unicodedata.normalize("NFC", clean(text))
    text = _LIGATURES.sub(rf"\g<0>{_APART}", text)
    return "".join(_cluster(cluster) for cluster in _CLUSTERS.findall(text))


def _cluster(cluster: str) -> str:
    """Write a character and the accent above or below it."""
    character = _character(cluster[0])
    return rf"\{_ACCENTS[cluster[1]]}{{{character}}}" if cluster[1:] else character


def _character(character: str) -> str:
    if character == _APART:
        return "{}"
    if character in _KNOWN:
        return _KNOWN[character]
    return character if character.isascii() else _composed(character) or _unknown(character)


def _composed(character: str) -> str:
    """Write an accented, raised, lowered or otherwise compatible form by its parts."""
    kind, parts = _parts(character)
    if not parts:
        return ""
    if kind == "<super>":
        return rf"\textsuperscript{{{escape(parts)}}}"
    if kind == "<sub>":
        return rf"\textsubscript{{{escape(parts)}}}"
    if kind:
        return escape(parts)
    return "".join(_cluster(cluster) for cluster in _CLUSTERS.findall(parts))


def _parts(character: str) -> tuple[str, str]:
    """Give the kind and the characters of a decomposition, both empty if there is none."""
    codes = unicodedata.decomposition(character).split()
    kind = codes.pop(0) if codes and codes[0].startswith("<") else ""
    return kind, "".join(chr(int(code, 16)) for code in codes)


def _unknown(character: str) -> str:
    if unicodedata.category(character) in {"Cf", "Mn", "Me"}:
        return ""
    if unicodedata.category(character) == "Zs":
        return " "
    return rf"\surveychar{{{ord(character):X}}}"
