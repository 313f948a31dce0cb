"""Answers as printed, and the scale they belong to: resolved by the whole set of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from campaign_effect.errors import SchemaError
from campaign_effect.schema.label_sets import Facts, sets_file, worded_sets
from campaign_effect.schema.model import Code, Point, Scale, Texts

Reason = Literal["only", "all_seen", "shortest", "none", "tie", "nothing_seen"]
"""Why a block got its scale, or none."""

_SPACES: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_DASHES: Final = re.compile(r"[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_APOSTROPHES: Final = re.compile(r"[\u2018\u2019\u02bc`\u00b4]")
_JOINTS: Final = re.compile(r" ?([-/]) ?")
_NUMBER_FIRST: Final = re.compile(r"^(?:\(\d{1,2}\)|\d{1,2} ?[=.:)-]|[a-z][.)] ) ?(?=[^\W\d])")
_NUMBER_AROUND: Final = re.compile(r"^\d{1,2} ?\(([^()]*[^\W\d][^()]*)\)$")
_OWN_NUMBER: Final = re.compile(r"\(?(\d{1,2})\)? ?[=.:)(-]")
_SHORT_LAST: Final = re.compile(r"(?<=\w) ?\(\w{1,3}\)$")
_MOST_APART: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The scale of a block of columns, as far as its labels tell.

    Attributes
    ----------
    scale : Scale or None
        The one to use; None where the labels do not decide.
    candidates : tuple of str
        Names of the scales that hold every label seen.
    is_guess : bool
        Whether other scales would fit too.
    unknown : tuple of str
        Labels that no scale holds, as they were seen.
    reason : str
        ``only``: one candidate; ``all_seen``: of several, the one whose every answer was seen;
        ``shortest``: the one that all others hold whole, with two or more answers that were
        not seen; ``none``: no scale holds all labels; ``tie``: several do; ``nothing_seen``.
    """

    scale: Scale | None
    candidates: tuple[str, ...]
    is_guess: bool
    unknown: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vocabulary:
    """A scale and the normalised words of its answers."""

    scale: Scale
    words: dict[str, Code]
    said: frozenset[str] = frozenset()
    """Its answers as they are printed, without other wordings."""


def normalise(label: str) -> str:
    r"""Write a label so that equal answers are equal text.

    Case, kinds of spaces and dashes, underscores for spaces, a number or letter in front
    ("5 = ", "(5)", "5. ", "a. ") and a short abbreviation behind ("(SS)") make no difference.

    Examples
    --------
    >>> normalise(" 5 =  Sangat\u00a0Setuju ")
    'sangat setuju'
    >>> normalise("Ragu \u2013 ragu"), normalise("tidak_tahu"), normalise("3-5 jam")
    ('ragu-ragu', 'tidak tahu', '3-5 jam')
    """
    text = same_letters(label.replace("_", " "))
    text = _NUMBER_AROUND.sub(r"\1", text)
    text = _NUMBER_FIRST.sub("", text)
    text = _SHORT_LAST.sub("", text)
    return _JOINTS.sub(r"\1", text).rstrip(".!").strip()


def same_letters(text: str) -> str:
    r"""Write case and the kinds of spaces, dashes and apostrophes in one way, no more.

    Examples
    --------
    >>> same_letters(" 1. Tatap\u00a0Muka \u2013 RT ")
    '1. tatap muka - rt'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = _APOSTROPHES.sub("'", _DASHES.sub("-", folded))
    return _SPACES.sub(" ", folded).strip()


def label_codes(scale: Scale) -> dict[str, Code]:
    """Give the code of every wording of a scale's answers, aside ones included.

    Parameters
    ----------
    scale : Scale
        Texts in both languages, accepted wordings and the codes themselves stand for an answer.

    Returns
    -------
    dict of str to code
        By normalised wording.

    Raises
    ------
    SchemaError
        If one wording stands for two answers.

    Examples
    --------
    >>> label_codes(default_scale("agree4_kurang"))["kurang setuju"]
    2
    """
    codes: dict[str, Code] = {}
    for point in (*scale.points, *scale.aside):
        for word in dict.fromkeys(map(normalise, point.wordings())):
            if codes.setdefault(word, point.code) != point.code:
                raise SchemaError(
                    f"Scale {scale.name!r}: the wording {word!r} stands for two answers.",
                    received=f"the codes {codes[word]!r} and {point.code!r}",
                    hint="take it out of one of them (text or accepts).",
                )
    return codes


def resolve_block(
    labels_seen: Collection[str], scales: Sequence[Scale] | None = None
) -> Resolution:
    """Find the scale of a block of columns by the set of labels seen in it.

    Parameters
    ----------
    labels_seen : collection of str
        The distinct cells of all columns of the block, without those that mean "no answer".
    scales : sequence of Scale, optional
        What to choose from: a schema's scales. By default the sets that come with the library;
        the answers aside ("Tidak tahu") that were seen are then added to the scale.

    Returns
    -------
    Resolution
        One candidate is taken. Of several, the one whose every answer was seen is taken as a
        guess, else the one that is part of all others and at least two answers shorter; where
        none is, or more than one, there is no scale.

    Examples
    --------
    >>> found = resolve_block(["STS", "TS", "S", "SS"])
    >>> found.scale.name, found.is_guess
    ('agree4_forced', True)
    >>> resolve_block(["ragu-ragu ", "Kurang Setuju", "Setuju"]).reason
    'none'
    """
    seen = {normalise(label): label for label in labels_seen if label.strip()}
    if scales is not None:
        return _resolution(seen, [_vocabulary(scale) for scale in scales], {})
    is_numeric = all(word.isdecimal() for word in seen.keys() - _aside_words().keys())
    found = _resolution(seen, _numbered() if is_numeric else _worded(), _aside_words())
    return found if found.candidates else _anchored(seen) or found


def default_scales() -> tuple[Scale, ...]:
    """List the sets of answers that come with the library, worded in both languages."""
    return tuple(vocabulary.scale for vocabulary in _worded() + _numbered())


def default_scale(name: str) -> Scale:
    """Find one of ``default_scales`` by its name.

    Examples
    --------
    >>> default_scale("freq5").points[0].text.say("en")
    'Never'
    """
    return next(scale for scale in default_scales() if scale.name == name)


def known_labels() -> frozenset[str]:
    """List every normalised wording of the sets that come with the library."""
    return frozenset(word for vocabulary in _worded() for word in vocabulary.words)


def label_height(label: str) -> float:
    """Say how high a label stands, from 0 to 1, on the average of the sets that hold it.

    Examples
    --------
    >>> label_height("Sangat setuju"), label_height("Ragu-ragu"), label_height("Padi")
    (1.0, 0.5, 1.0)
    """
    word = normalise(label)
    heights = [
        (int(vocabulary.words[word]) - vocabulary.scale.low)
        / (vocabulary.scale.high - vocabulary.scale.low)
        for vocabulary in _worded()
        if word in vocabulary.words
    ]
    return sum(heights) / len(heights) if heights else 1.0


def aside_points() -> tuple[Point, ...]:
    """List the answers that are no place on a scale: don't know, refused, did not vote."""
    return tuple({point.code: point for point in _aside_words().values()}.values())


def aside_point(label: str) -> Point | None:
    """Find the answer aside that a label stands for.

    Examples
    --------
    >>> aside_point(" RAHASIA ").code
    'refused'
    """
    return _aside_words().get(normalise(label))


def _resolution(
    seen: Mapping[str, str], vocabularies: Sequence[_Vocabulary], asides: Mapping[str, Point]
) -> Resolution:
    """Choose among the scales that hold every label but those that may stand aside."""
    needed = seen.keys() - asides.keys()
    known = {word for vocabulary in vocabularies for word in vocabulary.words}
    whole = [v for v in vocabularies if needed and seen.keys() <= v.words.keys()]
    fitting = whole or [v for v in vocabularies if needed and needed <= v.words.keys()]
    fitting = [v for v in fitting if _agrees(v, seen, needed)]
    fitting = [v for v in fitting if _tells_apart(v, needed)] or fitting
    chosen, reason = _chosen(fitting, seen)
    return Resolution(
        scale=_with_aside(chosen[0], seen, asides) if len(chosen) == 1 else None,
        candidates=tuple(vocabulary.scale.name for vocabulary in fitting),
        is_guess=len(fitting) > 1 and len(chosen) == 1,
        unknown=tuple(label for word, label in seen.items() if word in needed - known),
        reason=reason if needed else "nothing_seen",
    )


def _own_number(label: str) -> int | None:
    """Give the number that a label is, or begins with: 1 of "1" and of "1 = Never"."""
    text = same_letters(label)
    if text.isdecimal():
        return int(text)
    found = _OWN_NUMBER.match(text)
    return int(found[1]) if found and normalise(label) != text else None


def _agrees(vocabulary: _Vocabulary, seen: Mapping[str, str], words: Collection[str]) -> bool:
    """Say whether words with a number in front have that code, where others are bare numbers.

    Where every answer has words, the numbers may only list them.
    """
    if not any(word.isdecimal() for word in words):
        return True
    return all(_own_number(seen[word]) in (None, vocabulary.words[word]) for word in words)


def _anchored(seen: Mapping[str, str]) -> Resolution | None:
    """Take numbers whose first and last alone have words ("1 - Poor", "2", …, "7 - Good")."""
    told = {word: label for word, label in seen.items() if word not in _aside_words()}
    numbers = {word: _own_number(label) for word, label in told.items()}
    codes = {code: word for word, code in numbers.items() if code is not None}
    if len(codes) < len(told) or not any(word.isdecimal() for word in told):
        return None
    low, high = min(codes), max(codes)
    if codes[low].isdecimal() or codes[high].isdecimal() or high - low > _MOST_APART:
        return None
    texts = {code: word.capitalize() for code, word in codes.items() if not word.isdecimal()}
    points = tuple(
        Point(code=code, text=Texts(en=texts[code], id=texts[code]) if code in texts else None)
        for code in range(low, high + 1)
    )
    scale = Scale(name=f"points_{low}_{high}", points=points)
    whole = _with_aside(_vocabulary(scale), seen, _aside_words())
    return Resolution(
        scale=whole, candidates=(scale.name,), is_guess=False, unknown=(), reason="only"
    )


def _tells_apart(vocabulary: _Vocabulary, words: Collection[str]) -> bool:
    """Say whether no two words stand for the same answer."""
    return len({vocabulary.words[word] for word in words}) == len(words)


def _chosen(
    fitting: list[_Vocabulary], seen: Mapping[str, str]
) -> tuple[list[_Vocabulary], Reason]:
    """Choose one of the scales that hold every label, and say why, or why none."""
    if len(fitting) < 2:
        return fitting, "only" if fitting else "none"
    if len(chosen := [v for v in fitting if _is_all_seen(v, seen)]) == 1:
        return chosen, "all_seen"
    if not chosen and len(chosen := [v for v in fitting if _is_part_of_all(v, fitting)]) == 1:
        return chosen, "shortest"
    return [], "tie"


def _is_part_of_all(vocabulary: _Vocabulary, others: Sequence[_Vocabulary]) -> bool:
    """Say whether all others have its answers and at least two more."""
    return all(
        other is vocabulary
        or (
            vocabulary.said <= other.words.keys()
            and len(other.scale.points) >= len(vocabulary.scale.points) + 2
        )
        for other in others
    )


def _with_aside(
    vocabulary: _Vocabulary, seen: Iterable[str], asides: Mapping[str, Point]
) -> Scale:
    """Add the answers aside that were seen and are no answers of the scale itself."""
    found = [asides[word] for word in seen if word in asides and word not in vocabulary.words]
    unique = {point.code: point for point in (*vocabulary.scale.aside, *found)}
    return vocabulary.scale.model_copy(update={"aside": tuple(unique.values())})


def _is_all_seen(vocabulary: _Vocabulary, seen: Iterable[str]) -> bool:
    codes = {vocabulary.words.get(word) for word in seen}
    return all(point.code in codes for point in vocabulary.scale.points)


def _vocabulary(scale: Scale) -> _Vocabulary:
    words = label_codes(scale)
    return _Vocabulary(scale=scale, words=words, said=frozenset(words))


@cache
def _worded() -> tuple[_Vocabulary, ...]:
    """Read the sets of words; each is recognised in one language only."""
    return tuple(_worded_set(name, facts) for name, facts in worded_sets())


def _worded_set(name: str, facts: Facts) -> _Vocabulary:
    points = tuple(_point(part["code"], part) for part in facts["points"])
    words: dict[str, Code] = {}
    for point, part in zip(points, facts["points"], strict=True):
        for word in (str(point.code), part[facts["seen"]], *point.accepts):
            words[normalise(word)] = point.code
    said = frozenset(normalise(part[facts["seen"]]) for part in facts["points"])
    return _Vocabulary(scale=Scale(name=name, points=points), words=words, said=said)


@cache
def _numbered() -> tuple[_Vocabulary, ...]:
    ranges = sets_file()["numbers"].items()
    scales = [
        Scale(name=name, points=tuple(Point(code=code) for code in range(low, high + 1)))
        for name, (low, high) in ranges
    ]
    return tuple(_vocabulary(scale) for scale in scales)


@cache
def _aside_words() -> dict[str, Point]:
    points = [_point(code, part) for code, part in sets_file()["aside"].items()]
    return {
        normalise(word): point
        for point in points
        for word in point.wordings()
        if word != point.code
    }


def _point(code: Code, part: Facts) -> Point:
    text = Texts(en=part["en"], id=part["id"])
    return Point(code=code, text=text, accepts=tuple(part.get("accepts", ())))
