"""Words by which headers are recognised, and names made of headers."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_BETWEEN: Final = re.compile(r"[^0-9a-z]+")
_FILLER: Final = re.compile(
    "pernyataan|tentang|apakah|anda|saya|seberapa|sering|berapa|yang|dari|di|pada|untuk|dan|"
    "the|of|how|do|you|your|is|are|please"
)
_LONGEST: Final = 32

PLATFORMS: Final = (
    ("whatsapp", re.compile(r"\b(?:whats ?app|wa)\b")),
    ("facebook", re.compile(r"\b(?:facebook|fb)\b")),
    ("instagram", re.compile(r"\b(?:instagram|ig|insta)\b")),
    ("tiktok", re.compile(r"\btik ?tok\b")),
    ("youtube", re.compile(r"\b(?:you ?tube|yt)\b")),
    ("x", re.compile(r"\b(?:twitter|x\s*/\s*twitter)\b|^x$")),
    ("telegram", re.compile(r"\btelegram\b")),
)
VOTE: Final = re.compile(
    r"\b(?:memilih|dipilih|pilihan|men?coblos|coblos|dicoblos|vote[ds]?|voting|"
    r"party ?id|ballot|pilkades lalu)\b|"
    r"\b(?:siapa|calon|kandidat|paslon|partai)\b.*\bpilih\b|"
    r"\bpilih\b.*\b(?:siapa|calon|kandidat|paslon|partai)\b"
)
PLACE: Final = re.compile(r"\b(?:desa|kelurahan|dusun|rt|rw|tps|village|ward|precinct)\b")
CONSENT: Final = re.compile(
    r"\b(?:bersedia|persetujuan|menyetujui|consent|agree to (?:take part|participate))\b"
)
AGREED: Final = re.compile(
    r"^(?:ya|iya|yes|setuju|bersedia|saya (?:setuju|bersedia)|i agree|agree)\b"
)
WEIGHT: Final = re.compile(r"^(?:bobot|penimbang|pembobot|weight|wt|wgt)\b")
NEGATION: Final = re.compile(
    r"\b(?:tidak|tak|bukan|jangan|belum|tanpa|not|never|no|cannot|isn't|don't|doesn't)\b"
)
SEVERAL: Final = re.compile(
    r"lebih dari satu|pilih semua|semua yang sesuai|select all|all that apply|more than one"
)
CONTROLS: Final = (
    ("age", re.compile(r"\b(?:usia|umur|age|how old)\b")),
    ("gender", re.compile(r"\b(?:jenis kelamin|kelamin|jk|gender|sex)\b")),
    ("education", re.compile(r"\b(?:pendidikan|education)\b")),
    ("income", re.compile(r"\b(?:penghasilan|pendapatan|income)\b")),
    ("occupation", re.compile(r"\b(?:pekerjaan|occupation)\b")),
)
PAPERWORK: Final = re.compile(
    r"^(?:cap waktu|timestamp|stempel waktu|start|end|today|deviceid|subscriberid|simid|"
    r"(?:start|end|recorded) ?date|submitdate|startdate|datestamp|lastpage|startlanguage|seed|"
    r"status|progress|finished|distribution ?channel|user ?language|duration.*|durasi.*|"
    r"time taken|collector ?id|date (?:created|modified))$|"
    r"(?:first|last) click$|page submit$|click count$|^ ?(?:id|uuid|index|submission time|"
    r"validation status|submitted by|version|tags|notes)$"
)


def plain_words(header: str) -> str:
    """Write a header as lower-case words.

    Examples
    --------
    >>> plain_words("SM_use.First.Click"), plain_words("Cap waktu")
    ('sm use first click', 'cap waktu')
    """
    text = unicodedata.normalize("NFKC", _CAMEL.sub(" ", header)).casefold()
    return " ".join(re.sub(r"[^\w/']+|_+", " ", text).split())


def platform_of(words: str) -> str | None:
    """Find the one platform that a header names.

    Examples
    --------
    >>> platform_of("seberapa sering lewat wa")
    'whatsapp'
    """
    found = [name for name, pattern in PLATFORMS if pattern.search(words)]
    return found[0] if len(found) == 1 else None


def control_of(words: str) -> str | None:
    """Find the usual control variable that a short header asks for.

    Examples
    --------
    >>> control_of("jenis kelamin"), control_of("pada usia muda saya dulu aktif di desa")
    ('gender', None)
    """
    is_short = len(words.split()) <= 4
    return next(
        (name for name, pattern in CONTROLS if is_short and pattern.search(words)), None
    )


class Names:
    """Names for parts of a schema: none is given twice.

    Examples
    --------
    >>> names = Names()
    >>> names.of("Usia (tahun)"), names.of("usia tahun"), names.of("1.2")
    ('usia_tahun', 'usia_tahun_2', 'q1_2')
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, header: str) -> str:
        """Make a name of a header."""
        text = unicodedata.normalize("NFKD", _CAMEL.sub(" ", header)).casefold()
        words = _BETWEEN.sub(" ", text).split()
        chosen = [word for word in words if not _FILLER.fullmatch(word)] or words or ["q"]
        name = _joined(chosen)
        name = name if name[0].isalpha() else f"q{name}"
        return self._unused(name)

    def reserve(self, name: str) -> None:
        """Keep a name from being given."""
        self._taken.add(name)

    def _unused(self, name: str) -> str:
        number, found = 2, name
        while found in self._taken:
            found, number = f"{name}_{number}", number + 1
        self._taken.add(found)
        return found


def _joined(words: list[str]) -> str:
    """Join as many words as a name bears."""
    name = words[0][:_LONGEST]
    for word in words[1:]:
        if len(name) + 1 + len(word) > _LONGEST:
            break
        name += f"_{word}"
    return name
