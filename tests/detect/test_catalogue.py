"""The catalogue is the registry, in an order of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ganbench import registry
from ganbench.detect.catalogue import CATALOGUE, KINDS
from ganbench.detect.detector import Detector


def test_every_kind_is_registered_and_no_other() -> None:
    assert {entry.name for entry in registry.entries("detector")} == set(KINDS)
    assert len(KINDS) == len(set(KINDS)) == 19


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)
def test_the_entry_is_that_of_the_catalogue_and_loads_its_detector(kind) -> None:
    entry = registry.entry("detector", kind.name)
    assert (entry.summary, entry.formula, entry.source) == (kind.summary, kind.measured, kind.source)
    assert isinstance(entry.load(), Detector)
    assert entry.load().kind == kind.name


def test_asking_detectors_imports_nothing_heavy() -> None:
    code = (
        "import sys; from ganbench.detect import Facts, diagnose_table, facts_of_loss, from_steps\n"
        "facts = Facts(**facts_of_loss('hinge'), batch=8)\n"
        "diagnose_table(from_steps(range(100), {'auc': [0.5] * 100}, facts=facts))\n"
        "print(*({'torch', 'scipy', 'pandas', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""
