"""How each kind of personal data looks: the words of its headers and the form of its cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

PersonalKind = Literal[
    "email", "phone", "nik", "ip", "device", "location", "id", "name", "address", "free_text",
    "declared",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sign:
    """How one kind looks: the words of a header, the form of a cell, the shares needed."""

    kind: PersonalKind
    header: re.Pattern[str]
    cell: re.Pattern[str]
    share_with_header: float
    share_alone: float = 2.0
    distinct: float = 0.0


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^| )(?:{pattern})(?: |$)")


_DATE: Final = r"(?:[0-6]\d|7[01])(?:0[1-9]|1[0-2])\d\d"
_NOT_WHO: Final = (
    "calon|kandidat|partai|desa|dusun|kelurahan|kecamatan|kabupaten|kota|provinsi|candidate|"
    "party|village|district|city|country|brand|recall|file|user agent|media|akun|grup|group"
)

SIGNS: Final = (
    Sign(
        "email",
        _words("e mail|email|surel"),
        re.compile(r"[^@\s]+@[^@\s]+\.\w{2,}"),
        0.01,
        0.05,
    ),
    Sign(
        "nik",
        _words("nik|ktp|no kk|nomor kk|nomor induk kependudukan|identity number"),
        re.compile(rf"'?\d{{6}}{_DATE}\d{{4}}"),
        0.2,
        0.5,
    ),
    Sign(
        "phone",
        _words(
            "hp|wa|whatsapp|whats app|telp|telepon|telpon|handphone|phone|mobile|telephone|cell"
        ),
        re.compile(r"'?(?:(?:\+|00)[1-9]\d{7,14}|(?:62|0)?8\d{7,12})"),
        0.2,
        2.0,
    ),
    Sign(
        "phone",
        re.compile("(?!)"),
        re.compile(r"'?(?:\+[1-9]\d{7,14}|(?:62|0)8\d{7,12})"),
        2,
        0.2,
    ),
    Sign(
        "ip",
        _words("ip|ip address|ipaddress"),
        re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}"),
        0.2,
        0.2,
    ),
    Sign(
        "device",
        _words("device ?id|imei|android ?id|subscriber ?id|sim ?(?:id|serial)"),
        re.compile(r"\S+"),
        0.5,
    ),
    Sign(
        "location",
        _words("gps|lat|latitude|lintang|lon|lng|long|longitude|bujur|koordinat|coordinates?"),
        re.compile(r"[+-]?\d{1,3}(?:[.,]\d+)?(?:[ ,;]+[+-]?\d{1,4}(?:[.,]\d+)?){0,3}"),
        0.2,
    ),
    Sign(
        "location",
        re.compile("(?!)"),
        re.compile(r"[+-]?\d{1,2}\.\d{3,}[ ,;]+[+-]?\d{1,3}\.\d{3,}(?: .*)?"),
        2,
        0.2,
    ),
    Sign(
        "id",
        _words("u?uid|guid|instanceid|response ?id|respondent ?id|panelist|prolific pid|token"),
        re.compile(r"\S+"),
        0.5,
        distinct=0.9,
    ),
    Sign(
        "id",
        re.compile("(?!)"),
        re.compile(r"(?:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|R_\w{13,17}", re.I),
        2,
        0.5,
    ),
    Sign(
        "id",
        re.compile(r"^ ?(?:id|no|nomor|index|(?:kode|id|no|nomor) responden|responden)$"),
        re.compile(r"[\w.-]+"),
        0.9,
        distinct=1.0,
    ),
    Sign(  # a header that can mean nothing else, whatever its cells
        "name",
        re.compile(
            r"^(?:nama|name|nama (?:lengkap|anda|responden|pemilih|warga)|(?:full|your) ?name|"
            r"inisial|initials|username|tanggal lahir|date of birth|birth ?date|"
            r"tanda tangan|signature)$"
        ),
        re.compile(r".*", re.S),
        0.0,
    ),
    Sign(
        "name",
        _words(
            r"nama lengkap|nama responden|nama anda|full ?name|first ?name|last ?name|surname"
        ),
        re.compile(r"[^\d]*[^\W\d][^\d]*"),
        0.5,
    ),
    Sign(
        "name",
        re.compile(rf"^(?!.*\b(?:{_NOT_WHO})\b).*\b(?:nama|name|responden|respondent)\b"),
        re.compile(r"[^\d]*[^\W\d][^\d]*"),
        0.5,
        distinct=0.5,
    ),
    Sign(
        "address",
        re.compile(r"^(?!.*\bweb\b).*\b(?:alamat|address|tempat tinggal)\b"),
        re.compile(r".*[^\W\d].*", re.S),
        0.5,
        distinct=0.5,
    ),
    Sign("free_text", re.compile(r" text$"), re.compile(r".*[^\W\d].*", re.S), 0.2),
    Sign(
        "free_text",
        _words("lainnya|sebutkan|jelaskan|alasan|saran|komentar|comments?|specify|open"),
        re.compile(r".*[^\W\d]{2}.*", re.S),
        0.5,
        distinct=0.5,
    ),
)
"""In the order in which they are tried."""
