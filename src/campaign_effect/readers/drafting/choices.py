"""Questions with several answers: a column for each option, or all ticks in a cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from campaign_effect.readers.drafting.columns import Look
from campaign_effect.readers.drafting.sheet import Question, Sheet, same_words
from campaign_effect.readers.drafting.words import Names, plain_words, platform_of
from campaign_effect.schema.labels import aside_point, normalise
from campaign_effect.schema.model import Exposure, Point, Scale, Variable

_OPTION: Final = (
    re.compile(r"^(?P<stem>.*\S)(?P<joint>/)(?P<word>[^/]+)$", re.DOTALL),
    re.compile(r"^(?P<stem>.*\S)\s*(?P<joint>\[)(?P<word>[^\[\]]+)\]\s*$", re.DOTALL),
    re.compile(r"^(?P<stem>.*[^\W_])(?P<joint>[_.])(?P<word>\w{1,20})$"),
)
_TICKS: Final = frozenset({"0", "1", "y", "n", "x", "true", "false"})
_NEEDS_JOINED: Final = "/"
_LAST_WORDS: Final = re.compile(
    r"^.*(?:\[|[:\u2013-] |/)(?P<word>[^\[\]:/]+?)\]?\s*$", re.DOTALL
)
_NONE: Final = re.compile(r"^(?:tidak ada|tidak pernah|tidak satu ?pun|none|never)\b")
_SEMICOLON: Final = ";"
_BARE: Final = r",(?=[^\W\d_])"
_COMMA: Final = ", "
_FEWEST: Final = 2  # a piece seen once may be something a person wrote
_MOST_OPTIONS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """A question with several answers.

    Attributes
    ----------
    column : str
        The column with all ticks, or the stem of those of the options.
    question : str
        As it was asked.
    options : tuple of (column suffix, words)
        What can be ticked.
    looks : tuple of Look
        The columns it takes.
    why : str
        By what it was found.
    """

    column: str
    question: str
    options: tuple[tuple[str, str], ...]
    looks: tuple[Look, ...]
    why: str


def find_several(looks: Sequence[Look]) -> tuple[Several, ...]:
    """Find the questions with several answers among the columns of a table."""
    by_column = _by_columns(looks)
    used = {look.name for one in by_column for look in one.looks}
    joined = (_by_cells(look) for look in looks if look.name not in used)
    return (*by_column, *(one for one in joined if one))


def add_several(sheet: Sheet, found: Several) -> None:
    """Make a variable of choices, and exposures of the options that are platforms."""
    codes = Names()
    options, aside = list[Point](), list[Point]()
    for suffix, words in found.options:
        if point := aside_point(words):
            aside.append(_accepting(point, suffix))
        else:
            point = Point(code=codes.of(_short(words)), text=same_words(words))
            options.append(_accepting(point, suffix))
    name = sheet.names.of(found.question if len(found.question) < 40 else found.column)
    scale = Scale(name=f"{name}_options", points=tuple(options), aside=tuple(aside))
    variable = Variable(
        name=name,
        column=(found.column,),
        text=same_words(found.question),
        scale=sheet.shared(scale, scale.name),
        type="choices",
        none=tuple(p.code for p in options if p.text and _NONE.match(_words(p))),
    )
    for point in options:
        sheet.names.reserve(variable.option(point))
    sheet.guess(f"variables[{len(sheet.variables)}]", found.why, "likely")
    sheet.variables.append(variable)
    _add_exposures(sheet, variable, options)


def _add_exposures(sheet: Sheet, variable: Variable, options: Iterable[Point]) -> None:
    for point in options:
        platform = platform_of(plain_words(_words(point)))
        if platform:
            exposures = sheet.roles.exposures
            why = f"an option names {platform}"
            sheet.guess(f"roles.exposures[{len(exposures)}]", why, "likely")
            one = Exposure(variable=variable.option(point), platform=platform)
            sheet.role(exposures=(*exposures, one))


def ask_about_several(sheet: Sheet, looks: Iterable[Look]) -> None:
    """Ask about the columns that seem to hold several answers whose options are not told."""
    for look in looks:
        if look.is_several:
            text = "several answers in one cell: name its options on a scale, and type: choices"
            sheet.questions.append(Question(column=look.name, text=text))


def _by_columns(looks: Sequence[Look]) -> tuple[Several, ...]:
    """Group columns of ticks by what stands before the option in their names."""
    names = {look.name: look for look in looks}
    groups: dict[tuple[str, str], list[tuple[str, Look]]] = {}
    for look in looks:
        for form in _OPTION:
            found = form.match(look.name)
            if found and _is_of_ticks(look, found["word"]):
                groups.setdefault((found["stem"], found["joint"]), []).append(
                    (found["word"], look)
                )
                break
    return tuple(
        _several(stem, group, names.get(stem))
        for (stem, joint), group in groups.items()
        if len(group) > 1 and (joint != _NEEDS_JOINED or stem in names)
    )


def _is_of_ticks(look: Look, word: str) -> bool:
    own = {normalise(word), normalise(_option_words(look, word))}
    texts = {normalise(text) for text in look.texts}
    return texts <= _TICKS or texts <= own


def _several(stem: str, group: Sequence[tuple[str, Look]], joined: Look | None) -> Several:
    options = tuple((word, _option_words(look, word)) for word, look in group)
    looks = tuple(look for _, look in group)
    asked = joined.question if joined else _question_before(looks[0], stem)
    return Several(
        column=stem,
        question=asked.rpartition("/")[2] or stem,
        options=options,
        looks=(joined, *looks) if joined else looks,
        why=f"{len(looks)} columns of ticks begin with the same words",
    )


def _option_words(look: Look, word: str) -> str:
    """Give the words of an option: the end of its question, else of its header."""
    if look.question in (look.name, word):
        return word
    found = _LAST_WORDS.match(look.question)
    return found["word"].strip() if found else look.question


def _question_before(look: Look, stem: str) -> str:
    found = _LAST_WORDS.match(look.question)
    return look.question[: found.start("word")].rstrip(" [:-\u2013/") if found else stem


def _by_cells(look: Look) -> Several | None:
    """Find the options of a column with all ticks in a cell; None where they do not tell."""
    counts = dict(zip(look.texts, look.counts, strict=True))
    mark = _mark(counts)
    is_likely = mark == _SEMICOLON and _is_often(mark, counts)
    if not (look.is_several or is_likely) or look.is_number:
        return None
    rows = [
        (_whole([p.strip() for p in re.split(mark, text)], mark), n)
        for text, n in counts.items()
    ]
    seen = Counter[str]()
    for pieces, n in rows:
        seen.update({piece: n for piece in pieces})
    kept = [p for p, n in seen.items() if n >= _FEWEST or platform_of(plain_words(p))]
    lost = len(seen) - len(kept)
    options = [(piece, piece) for piece in sorted(kept)] + [("other", "Other")] * (lost > 0)
    if not 2 <= len(kept) <= _MOST_OPTIONS:
        return None
    return Several(
        column=look.name,
        question=look.question,
        options=tuple(options),
        looks=(look,),
        why=f"cells hold several answers; {lost} rare ones count as other",
    )


def _mark(counts: Mapping[str, int]) -> str:
    """Find what stands between ticks; where it is a comma alone, ", " is of an option."""
    if any(";" in text for text in counts):
        return _SEMICOLON
    return _BARE if _is_often(_BARE, counts) else _COMMA


def _is_often(mark: str, counts: Mapping[str, int]) -> bool:
    return sum(n for t, n in counts.items() if re.search(mark, t)) > 0.2 * sum(counts.values())


def _whole(pieces: Sequence[str], mark: str) -> list[str]:
    """Put pieces together again where a comma stood inside an option ("a, b to b")."""
    whole: list[str] = []
    for piece in filter(None, pieces):
        if mark == _COMMA and whole and piece[0].islower() and whole[0][0].isupper():
            whole[-1] = f"{whole[-1]}{mark}{piece}"
        else:
            whole.append(piece)
    return whole


def _short(words: str) -> str:
    """Call an option that is a platform by the platform's name."""
    platform = platform_of(plain_words(words))
    return platform if platform and len(words.split()) <= 2 else words


def _accepting(point: Point, suffix: str) -> Point:
    """Let an option be found by the end of its column's name."""
    known = {normalise(word) for word in point.wordings()}
    if normalise(suffix) in known:
        return point
    return point.model_copy(update={"accepts": (*point.accepts, suffix)})


def _words(point: Point) -> str:
    return normalise((point.text.id or "") if point.text else "")
