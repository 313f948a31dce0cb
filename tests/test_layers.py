"""Imports point one way: a room may use only rooms on the same row or below it."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "campaign_effect"
LAYERS = [
    {"errors"},
    {"files"},
    {"schema", "results"},
    {"readers"},
    {"survey", "stats"},
    {"analyses", "exchange", "simulate"},
    {"apa"},
    {"render"},
    {"plan", "report"},
    {"analyze", "__init__"},
]
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
STRANGERS = [
    ("survey", "stats"),
    ("stats", "survey"),
    ("schema", "results"),
    ("results", "schema"),
]
WINGS = {"moments": set(), "items": {"moments"}, "sem": {"moments"}, "models": {"moments"}}
WINGS["covariances"] = {"moments", "models"}
WINGS["diagnosis"] = {"moments", "models", "covariances"}
WINGS["design"] = set(WINGS)
SHOWS_ITSELF = ("results.py", "report")  # a notebook asks a result to show itself
FILES = sorted(ROOT.rglob("*.py"))


def room_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (
                [node.module]
                if node.module != "campaign_effect"
                else [f"campaign_effect.{alias.name}" for alias in node.names]
            )
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def imported_rooms(path):
    return {
        name.split(".")[1] for name in imported(path) if name.startswith("campaign_effect.")
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path):
    above = {room for room in imported_rooms(path) if RANK[room] > RANK[room_of(path)]}
    above -= {room for name, room in [SHOWS_ITSELF] if path.name == name}
    assert not above


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_strangers_do_not_know_each_other(path):
    assert not [room for room in imported_rooms(path) if {room_of(path), room} in STRANGERS]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_do_not_import_the_root(path):
    assert path.name == "__init__.py" or "campaign_effect" not in set(imported(path))


@pytest.mark.parametrize("path", sorted((ROOT / "stats").rglob("*.py")), ids=lambda p: p.name)
def test_stats_knows_arrays_only(path):
    allowed = {"campaign_effect", "numpy", "scipy", "factor_analyzer", "threadpoolctl"}
    allowed |= sys.stdlib_module_names
    assert {name.split(".")[0] for name in imported(path)} <= allowed
    assert imported_rooms(path) <= {"errors", "stats"}


@pytest.mark.parametrize("path", sorted((ROOT / "stats").rglob("*.py")), ids=lambda p: p.name)
def test_wings_of_stats_rest_on_moments(path):
    parts = path.relative_to(ROOT / "stats").parts
    others = {
        name.split(".")[2]
        for name in imported(path)
        if name.startswith("campaign_effect.stats.")
    }
    if len(parts) > 1:
        assert others <= WINGS[parts[0]] | {parts[0]}
