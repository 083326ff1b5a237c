"""Remedies: ordered, with sources, measured only where this project measured."""

from __future__ import annotations

import pytest

from ganbench.detect import KINDS, Facts
from ganbench.detect.advice import REMEDIES, remedies
from tests.docs.page import read

ALL = [(kind, one) for kind in KINDS for one in REMEDIES[kind]]


def test_every_kind_has_remedies() -> None:
    assert set(REMEDIES) == set(KINDS)
    assert all(REMEDIES.values())


@pytest.mark.parametrize(
    ("kind", "one"), ALL, ids=lambda value: value if isinstance(value, str) else value.knob
)
def test_a_remedy_says_what_where_and_on_whose_word(kind: str, one) -> None:
    assert one.text
    assert one.knob
    assert one.source
    assert one.level != "published" or "arXiv:" in one.source


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_measured_here_comes_first(kind: str) -> None:
    levels = [one.level for one in remedies(kind)]
    assert "measured here" not in levels[levels.count("measured here") :]


def test_only_r1_against_lost_modes_is_marked_as_measured_here() -> None:
    measured = [(kind, one.has) for kind, one in ALL if one.level == "measured here"]
    assert measured == [("mode-collapse", "r1")]


def test_the_numbers_behind_it_are_those_of_the_readme() -> None:
    """Healthy of ten on the ring, with and without R1."""
    lines = [line.split() for line in read("README.md").splitlines() if line.startswith("ring/")]
    healthy = {cells[0].removeprefix("ring/"): int(cells[2]) for cells in lines}
    (one,) = [one for one in REMEDIES["mode-collapse"] if one.level == "measured here"]
    for loss in ("non-saturating", "hinge"):
        plain, penalised = (healthy[name] // 10 for name in (loss, f"{loss}+r1"))
        assert f"{plain} to {penalised} of 10 for {loss}" in one.source


def test_what_was_measured_under_one_loss_is_not_claimed_for_another() -> None:
    assert remedies("mode-collapse", Facts(loss="hinge"))[0].level == "measured here"
    elsewhere = remedies("mode-collapse", Facts(loss="least-squares"))
    assert {one.level for one in elsewhere} == {"published", "practice"}
    assert elsewhere[0].has == "r1"


def test_what_a_run_has_already_is_not_advised() -> None:
    assert all(one.has != "r1" for one in remedies("limit-cycle", Facts(loss="hinge", penalties=("r1",))))
    assert any(one.has == "r1" for one in remedies("limit-cycle", Facts(loss="hinge")))
    knobs = [one.knob for one in remedies("vanishing-gradient", Facts(loss="non-saturating"))]
    assert "loss: non-saturating" not in knobs
    assert "loss: non-saturating" in [
        one.knob for one in remedies("vanishing-gradient", Facts(loss="minimax"))
    ]


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        remedies("mode-hoping")
