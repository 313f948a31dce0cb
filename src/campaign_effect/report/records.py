"""The machine's copy of a report: every number at full precision, and what made it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any, Final

from campaign_effect.results import Notice, Result, Sample

LIBRARIES: Final = ("numpy", "scipy", "pandas", "formulaic", "matplotlib", "python-docx")
"""Whose versions a number or a file may depend on."""


def record_results(results: Sequence[Result], notices: Sequence[Notice]) -> dict[str, Any]:
    """Gather every row, sample and notice.

    Returns
    -------
    dict
        Ready for JSON: ``notices``, and under each analysis its parts, their samples and its
        own notices. A value that does not exist is null.
    """
    return {
        "notices": [_notice(notice) for notice in notices],
        "results": {result.name: _result(result) for result in results},
    }


def record_manifest(
    inputs: Mapping[str, str], options: Mapping[str, Any], seed: int | None
) -> dict[str, Any]:
    """Say what made a report: versions, seed, options, hashes of the inputs.

    Parameters
    ----------
    inputs : mapping of file name to SHA-256
    options : mapping
        As given on the command line.
    seed : int, optional
        Of everything random.
    """
    return {
        "campaign_effect": version("campaign-effect"),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "seed": seed,
        "options": dict(options),
        "inputs_sha256": dict(inputs),
    }


def as_json(record: Mapping[str, Any]) -> str:
    """Write a record as JSON: UTF-8 characters, numbers at full precision, no NaN."""
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _result(result: Result) -> dict[str, Any]:
    samples = {part: _sample(sample) for part, sample in result.samples}
    parts = {part: [asdict(row) for row in rows] for part, rows in result.parts().items()}
    return {
        "parts": parts,
        "samples": samples,
        "notices": [_notice(notice) for notice in result.notices],
    }


def _sample(sample: Sample) -> dict[str, Any]:
    counts = {"n_total": sample.n_total, "n_used": sample.n_used}
    weights = {"weight": sample.weight, "effective_n": sample.effective_n}
    imputed = _imputed(sample) if sample.n_imputed else {}
    shown = weights if sample.weight else {}
    return {**counts, **imputed, "dropped": dict(sample.dropped), **shown}


def _imputed(sample: Sample) -> dict[str, Any]:
    return {
        "n_imputed": sample.n_imputed,
        "n_imputations": sample.n_imputations,
        "imputed": dict(sample.imputed),
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {"code": notice.code, "facts": dict(notice.facts)}
