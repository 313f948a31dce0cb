"""The words of the simulated village survey: an Indonesian form about a village election."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement to agree or disagree with.

    Attributes
    ----------
    text : str
        As it is asked.
    loading : float
        Correlation of the attitude behind it with the tendency to agree, below 0 where the
        statement is reverse-keyed; between -1 and 1.
    ease : float
        How far the tendency to agree lies above that of a middling statement, in its
        standard deviations.
    """

    text: str
    loading: float
    ease: float = 0.0

    @property
    def is_reversed(self) -> bool:
        """Whether agreeing means less of the attitude."""
        return self.loading < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A block of statements under one question.

    Attributes
    ----------
    name : str
        The construct that the statements measure.
    stem : str
        What stands before the bracket in every header of the block.
    statements : tuple of Statement
        In the order asked.
    """

    name: str
    stem: str
    statements: tuple[Statement, ...]

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers as a form exports them: ``stem [statement]``."""
        return tuple(f"{self.stem} [{statement.text}]" for statement in self.statements)


TIME: Final = "Cap waktu"
NAME: Final = "Nama lengkap"
PHONE: Final = "Nomor WhatsApp"
VILLAGE: Final = "Desa"
GENDER: Final = "Jenis kelamin"
AGE: Final = "Usia"
EDUCATION: Final = "Pendidikan terakhir"
PARTY: Final = "Apakah Anda merasa dekat dengan partai politik tertentu?"
VOTE: Final = "Pada Pilkades lalu Anda memilih siapa?"

PLATFORMS: Final = ("whatsapp", "facebook", "tiktok")
EXPOSURES: Final = tuple(
    f"Seberapa sering Anda menerima pesan kampanye lewat {platform}?"
    for platform in ("WhatsApp", "Facebook", "TikTok")
)

GRIDS: Final = (
    Grid(
        name="message_trust",
        stem="Pernyataan tentang pesan kampanye",
        statements=(
            Statement(
                text="Pesan kampanye yang saya terima dapat dipercaya", loading=0.76, ease=0.1
            ),
            Statement(
                text="Saya tidak percaya isi pesan kampanye di media sosial",
                loading=-0.66,
                ease=0.2,
            ),
            Statement(
                text="Pesan kampanye menyampaikan hal yang benar", loading=0.74, ease=-0.1
            ),
            Statement(
                text="Isi pesan kampanye tidak sesuai dengan kenyataan di desa",
                loading=-0.62,
                ease=-0.1,
            ),
            Statement(
                text="Saya mengandalkan pesan kampanye untuk mengenal calon",
                loading=0.68,
                ease=-0.4,
            ),
        ),
    ),
    Grid(
        name="candidate_credibility",
        stem="Pernyataan tentang Calon 1",
        statements=(
            Statement(text="Calon 1 orang yang jujur", loading=0.80, ease=0.1),
            Statement(text="Calon 1 mampu memimpin desa", loading=0.76, ease=0.4),
            Statement(text="Calon 1 memahami masalah warga", loading=0.78, ease=0.3),
            Statement(text="Calon 1 tidak menepati janjinya", loading=-0.68, ease=-0.2),
            Statement(
                text="Calon 1 peduli pada kepentingan warga desa", loading=0.77, ease=0.2
            ),
        ),
    ),
    Grid(
        name="political_interest",
        stem="Pernyataan tentang politik desa",
        statements=(
            Statement(
                text="Saya mengikuti berita tentang pemilihan kepala desa",
                loading=0.76,
                ease=0.3,
            ),
            Statement(
                text="Saya sering membicarakan urusan desa dengan orang lain", loading=0.74
            ),
            Statement(
                text="Politik desa terlalu rumit bagi orang seperti saya",
                loading=-0.62,
                ease=0.2,
            ),
            Statement(
                text="Suara saya ikut menentukan masa depan desa", loading=0.70, ease=0.6
            ),
        ),
    ),
)
GRID_HEADERS: Final = tuple(header for grid in GRIDS for header in grid.headers)

AGREEMENT: Final = (
    "Sangat tidak setuju",
    "Tidak setuju",
    "Netral",
    "Setuju",
    "Sangat setuju",
)
FREQUENCY: Final = ("Tidak pernah", "Jarang", "Kadang-kadang", "Sering", "Selalu")
GENDERS: Final = ("Laki-laki", "Perempuan")
EDUCATIONS: Final = (
    "SD atau sederajat",
    "SMP atau sederajat",
    "SMA/SMK atau sederajat",
    "Perguruan tinggi",
)
PARTY_ANSWERS: Final = ("Ya", "Tidak", "Tidak menjawab")
VOTES: Final = ("Calon 1", "Calon 2", "Calon 3", "Golput", "Rahasia", "Tidak tahu")

# Every village and every person is invented.
VILLAGES: Final = (
    "Banyurasa",
    "Cempakarum",
    "Danuwening",
    "Girilestra",
    "Kalirimbang",
    "Lembahsona",
    "Margasinar",
    "Nagrasari",
    "Pasirgandum",
    "Rawakembang",
    "Sindangrupa",
    "Tegalwulan",
)
FIRST_NAMES: Final = {
    "Laki-laki": ("Agus", "Bambang", "Dedi", "Eko", "Hendra", "Joko", "Rizal", "Yusuf"),
    "Perempuan": ("Ani", "Citra", "Dewi", "Fitri", "Lestari", "Maya", "Rina", "Wulan"),
}
LAST_NAMES: Final = (
    "Contohwan",
    "Rekaputra",
    "Misalina",
    "Karangan",
    "Samaran",
    "Fiktiana",
    "Umpamawan",
    "Tiruanto",
)
