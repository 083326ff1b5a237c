"""The plan of the corpus: large enough, every case by a name of its own, every fault possible in its base."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch

from ganbench.detect import KINDS
from ganbench.detect.diagnose import CERTIFICATE
from ganbench.suite.schema import Setting
from ganbench.train.faults import FAULTS, faulty, switch_on
from ganbench.train.faulty import play
from ganbench.train.training import Training
from ganbench.validation.bases import bases
from ganbench.validation.cases import NONE, PLAN, cases
from ganbench.validation.split import TEST_SEEDS

FAULTY = {name: case for name, case in cases().items() if case.injection.fault != NONE}
PAIRS = {(case.base.name, case.injection.fault): case for case in FAULTY.values()}


def test_the_corpus_is_as_large_as_it_has_to_be():
    runs = sum(len(case.seeds) for case in cases().values())
    healthy = sum(len(case.seeds) for case in cases().values() if case.injection.fault == NONE)
    in_test = sum(
        seed in TEST_SEEDS for case in cases().values() if case.injection.fault == NONE for seed in case.seeds
    )
    assert runs >= 600
    assert healthy >= 300
    assert in_test >= 150


def test_a_piece_is_named_for_its_case_and_its_seeds():
    case = cases()["ring-minimax"]
    assert case.piece == "ring-minimax.0-7+12-15"
    assert replace(case, seeds=(0, 1, 3, 7, 8)).piece == "ring-minimax.0-1+3+7-8"


def test_every_base_is_there_without_a_fault():
    plain = [case.base.name for case in cases().values() if case.injection.fault == NONE]
    assert sorted(plain) == sorted(bases())


def test_names_are_different_and_fit_for_files():
    planned = len(bases()) + sum(map(len, PLAN.values()))
    assert len(cases()) == planned
    assert all(re.fullmatch(r"[a-z0-9-]+", name) and len(name) < 100 for name in cases())


def test_every_kind_has_a_provocation():
    assert set(PLAN) == set(KINDS) - {CERTIFICATE}


@pytest.mark.parametrize("name", sorted(FAULTY))
def test_a_fault_is_known_and_begins_within_the_run(name):
    injection = FAULTY[name].injection
    assert injection.fault in FAULTS
    assert 0 <= injection.onset < 1
    assert FAULTS[injection.fault].change or injection.onset == 0


@pytest.mark.parametrize(("base", "fault"), sorted(PAIRS))
def test_a_fault_is_possible_in_its_base(base, fault, monkeypatch):
    monkeypatch.setattr(play, "ALONE", 1)
    case = PAIRS[base, fault]
    setting = Setting.model_validate(faulty(case.base.content, fault, case.injection.dose))
    training = Training([setting] * 2, [0, 1], torch.device("cpu"), probed=False)
    if FAULTS[fault].change:
        switch_on(training, fault, case.injection.dose)
    training.loop.advance(1)
    assert training.step == setting.schedule.g_steps


def test_doses_of_the_same_fault_are_in_the_plan():
    doses: dict[tuple[str, str], set[float]] = {}
    for case in FAULTY.values():
        doses.setdefault((case.base.name, case.injection.fault), set()).add(case.injection.dose)
    assert sum(len(found) > 1 for found in doses.values()) >= 6
