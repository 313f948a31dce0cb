"""Numbers that stand for no answer: 99, -1, 0 and their like, outside the other answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from campaign_effect.readers.drafting.columns import Look, NoAnswer, Sure

_WHOLE: Final = re.compile(r"[+-]?\d{1,6}")
_USUAL: Final = frozenset(
    code
    for digits in ("66", "77", "88", "96", "97", "98", "99")
    for text in (digits, digits[0] + digits, digits[0] * 2 + digits)
    for code in (int(text), -int(text))
) | {-1, -6, -7, -8, -9}
_SHORT: Final = (8, 9)
_WIDEST: Final = 10
_HIGHEST: Final = 7
_RARE: Final = 0.05


def set_usual_aside(look: Look) -> Look:
    """Take the usual codes for no answer from a column, where its other answers say so.

    Between words, all are codes; beside the points of a scale, those outside it; beside other
    numbers, negative ones where nothing else is negative, and those over twice all others.
    """
    numbers = _numbers([look])
    labelled = {int(code) for code, _ in look.column.labels if _WHOLE.fullmatch(code)}
    usual = sorted(number for number in numbers if number in _USUAL - labelled)
    rest = {number for number in numbers if number not in _USUAL}
    is_worded = len(numbers) < len(look.texts)
    if not usual or not (is_worded or rest) or (is_worded and (rest or look.is_number)):
        return look
    if is_worded:
        return _aside(look, usual, "a usual code for no answer, among words", "likely")
    low, high = min(rest), max(rest)
    is_scale = low >= -3 and high <= _WIDEST
    found = [
        code
        for code in usual
        if (code < low and (low >= 0 or code < low - 2))
        or (code > high and (is_scale or code > 2 * high))
    ]
    why = f"a usual code for no answer, outside {low} to {high}"
    is_sure = is_scale or all(code < 0 for code in found)
    return _aside(look, found, why, "likely" if is_sure else "unsure")


def set_doubtful_aside(looks: Sequence[Look]) -> tuple[Look, ...]:
    """Take 8, 9 and a rare 0 from columns without labels, where they lie outside the points."""
    numbers = _numbers(looks)
    total = sum(numbers.values())
    is_other = any(len(_numbers([look])) < len(look.texts) for look in looks)
    if not total or is_other or any(look.column.labels for look in looks):
        return tuple(looks)
    rest = {number for number in numbers if number not in (0, *_SHORT)}
    if len(rest) < 2 or min(rest) != 1 or max(rest) > _HIGHEST:
        return tuple(looks)
    high = max(rest)
    found = [code for code in _SHORT if code in numbers and code > high + 1]
    is_rare = 0 < numbers[0] <= _RARE * total and high > 2
    found = [*([0] if is_rare else []), *found]
    why = f"outside 1 to {high}, the other answers"
    return tuple(_aside(look, found, why, "unsure") for look in looks)


def ask_about_high(look: Look) -> str:
    """Ask about a usual code that is above all other numbers but may be one; "" for none."""
    numbers = _numbers([look])
    usual = [code for code in numbers if code in _USUAL and code > 0]
    others = [code for code in numbers if code not in usual]
    found = [code for code in usual if others and code > max(others)]
    if not found or len(numbers) < len(look.texts):
        return ""
    shown = ", ".join(map(str, sorted(found)))
    return f"is {shown} a number, or a code for no answer? If a code, put it under 'aside'"


def _numbers(looks: Sequence[Look]) -> Counter[int]:
    """Count the whole numbers among the answers."""
    found = Counter[int]()
    for look in looks:
        for text, n in zip(look.texts, look.counts, strict=True):
            if _WHOLE.fullmatch(text):
                found[int(text)] += n
    return found


def _aside(look: Look, codes: Sequence[int], why: str, sure: Sure) -> Look:
    """Take codes from the answers of a column, and keep the reason."""
    pairs = list(zip(look.texts, look.counts, strict=True))
    kept = [(t, n) for t, n in pairs if not (_WHOLE.fullmatch(t) and int(t) in codes)]
    if len(kept) == len(pairs) or not kept:
        return look
    left = {text for text, _ in kept}
    gone = sorted({int(text) for text in look.texts if text not in left})
    texts = tuple(text for text, _ in kept)
    return replace(
        look,
        texts=texts,
        counts=tuple(n for _, n in kept),
        n=sum(n for _, n in kept),
        aside=(*look.aside, *(NoAnswer(code=code, why=why, sure=sure) for code in gone)),
    )
