"""The file of thresholds: every number explained and used, its hash."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ganbench.detect
from ganbench.detect import KINDS, thresholds_hash
from ganbench.detect.thresholds import limits, thresholds, thresholds_of, thresholds_version
from ganbench.errors import UnknownName

SOURCES = "\n".join(path.read_text() for path in Path(ganbench.detect.__file__).parent.glob("*.py"))
SHARED = {"blocks", "baseline", "quality"}


def test_sections_are_the_kinds_and_what_they_share() -> None:
    assert set(limits()) == {*KINDS} | SHARED


@pytest.mark.parametrize("one", thresholds(), ids=lambda one: f"{one.section}.{one.name}")
def test_every_number_has_a_unit_a_source_and_a_use(one) -> None:
    assert one.unit
    assert len(one.source.split()) >= 2
    assert f'"{one.name}"' in SOURCES


def test_no_detector_uses_a_number_that_the_file_lacks() -> None:
    names = {one.name for one in thresholds()}
    used = set(re.findall(r'(?:own|limits)\["(\w+)"\]', SOURCES)) - SHARED
    assert used - names == set()


def test_the_hash_is_that_of_the_values() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", thresholds_hash())
    reordered = {section: dict(reversed(found.items())) for section, found in reversed(limits().items())}
    assert thresholds_hash(reordered) == thresholds_hash()


@pytest.mark.parametrize("section", ["blocks", "mode-collapse", "convergence"])
def test_another_value_is_another_hash(section: str) -> None:
    changed = limits()
    changed[section][next(iter(changed[section]))] += 1
    assert thresholds_hash(changed) != thresholds_hash()


def test_a_copy_of_the_limits_may_be_changed() -> None:
    limits()["blocks"]["need"] = 99
    assert limits()["blocks"]["need"] == 4


def test_an_unknown_section_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match="did you mean 'mode-hopping'"):
        thresholds_of("mode-hoping")


def test_the_file_says_its_version() -> None:
    assert thresholds_version() == 1
