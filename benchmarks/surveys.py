"""What commands share that answer many simulated surveys of a few villages."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import TypeVar

import numpy as np

from campaign_effect.simulate import Design

Part = TypeVar("Part")


def answer_surveys(
    doc: str | None,
    measure: Callable[[Design, list[int]], Part],
    report: Callable[[Design, list[Part], list[Part]], str],
    *,
    surveys: int,
    chunk: int,
) -> None:
    """Answer surveys with a known effect and as many without, and print what was found.

    `measure` answers a survey for each of some seeds, in a process of its own; `report` says
    what its parts have found, with the effect and without.
    """
    options = _parse(doc, surveys)
    start = time.perf_counter()
    design = Design(villages=options.villages, per_village=options.per_village, icc=options.icc)
    seeds = seeds_of(options.seed, 2 * options.surveys)
    halves = seeds[: options.surveys], seeds[options.surveys :]
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        found = [
            list(pool.map(measure, [one] * len(seeds), _chunks(half, chunk)))
            for one, half in zip((design, replace(design, effect=0.0)), halves, strict=True)
        ]
    print(report(design, *found))
    print(f"time         {time.perf_counter() - start:.0f} s on {options.workers} processes")


def seeds_of(seed: int, count: int) -> list[int]:
    """Spread one seed into many that share nothing."""
    return [int(word) for word in np.random.SeedSequence(seed).generate_state(count, np.uint64)]


def _chunks(seeds: list[int], size: int) -> list[list[int]]:
    return [seeds[first : first + size] for first in range(0, len(seeds), size)]


def _parse(doc: str | None, surveys: int) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--surveys", type=int, default=surveys)
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--villages", type=int, default=12)
    parser.add_argument("--per-village", type=int, default=35)
    parser.add_argument("--icc", type=float, default=0.05)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()
