"""Measure reading: a long csv to a checked survey, against pandas.read_csv with its defaults.

    python benchmarks/reading.py
    python benchmarks/reading.py --rows 200000 --columns 40

Each reading is a process of its own, so that its peak memory is its own; the ratio is of times
in one run. The answers are labels ("Sangat setuju"), or codes with --codes.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

LABELS = ("Sangat tidak setuju", "Tidak setuju", "Netral", "Setuju", "Sangat setuju")
SEED = 2024
BLOCK = 50_000


def write_answers(path: Path, rows: int, columns: int, labels: tuple[str, ...]) -> None:
    """Write answers at random, a few of them blank."""
    rng = np.random.default_rng(SEED)
    words = np.array([*labels, ""], dtype=object)
    share = [0.19] * len(labels) + [1 - 0.19 * len(labels)]
    with path.open("w", encoding="utf-8") as stream:
        stream.write(",".join(f"X{at}" for at in range(1, columns + 1)) + "\n")
        for start in range(0, rows, BLOCK):
            n = min(BLOCK, rows - start)
            cells = words[rng.choice(len(words), size=(n, columns), p=share)]
            stream.write("\n".join(",".join(row) for row in cells) + "\n")


def schema_text(columns: int, labels: tuple[str, ...]) -> str:
    points = "\n".join(
        f'      - {{code: {code}, text: "{label}"}}' for code, label in enumerate(labels, 1)
    )
    items = "\n".join(f"      - {{name: x{at}, column: X{at}}}" for at in range(1, columns + 1))
    return (
        f"name: long\nscales:\n  - name: agree\n    points:\n{points}\n"
        f"constructs:\n  - name: trust\n    scale: agree\n    items:\n{items}\n"
    )


def read_with(what: str, path: Path, schema: Path) -> None:
    """Read once in this process; print seconds and the peak of memory in MB."""
    if what == "pandas":
        import pandas as pd

        start = time.perf_counter()
        n = len(pd.read_csv(path))
    else:
        import campaign_effect as ce

        read = ce.read_survey  # opened before the clock starts, as pandas is
        start = time.perf_counter()
        n = read(path, schema).n
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(n, seconds, peak)


def measured(what: str, path: Path, schema: Path) -> tuple[float, float]:
    command = [sys.executable, __file__, "--read", what, str(path), str(schema)]
    _, seconds, peak = subprocess.run(
        command, check=True, capture_output=True, text=True
    ).stdout.split()
    return float(seconds), float(peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--rows", type=int, default=1_000_000, help="default: %(default)s")
    add("--columns", type=int, default=40, help="default: %(default)s")
    add("--times", type=int, default=1, help="readings of each kind; the fastest counts")
    add("--codes", action="store_true", help="write 1 to 5 instead of labels")
    add("--read", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read_with(options.read[0], Path(options.read[1]), Path(options.read[2]))
        return
    labels = ("1", "2", "3", "4", "5") if options.codes else LABELS
    with tempfile.TemporaryDirectory() as folder:
        path, schema = Path(folder) / "long.csv", Path(folder) / "long.schema.yaml"
        write_answers(path, options.rows, options.columns, labels)
        schema.write_text(schema_text(options.columns, LABELS), encoding="utf-8")
        print(f"{options.rows:,} x {options.columns}, {path.stat().st_size / 1e6:,.0f} MB")
        found = {
            what: min(measured(what, path, schema) for _ in range(options.times))
            for what in ("pandas", "survey")
        }
    for what, (seconds, peak) in found.items():
        print(f"{what:<8} {seconds:8.2f} s {peak:8,.0f} MB peak")
    print(f"ratio    {found['survey'][0] / found['pandas'][0]:8.2f}")


if __name__ == "__main__":
    main()
