"""The registry: names, lazy loading, options that refuse what they do not know."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from ganbench import registry
from ganbench.errors import UnknownName
from ganbench.registry import PER_REPLICA, Entry, Options, PerReplica

REGISTERED = [entry for kind in registry.KINDS for entry in registry.entries(kind)]


def name(entry: Entry) -> str:
    return f"{entry.kind}-{entry.name}"


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    for kind in registry.KINDS:
        list(registry.entries(kind))
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))


@pytest.mark.parametrize("kind", registry.KINDS)
def test_every_kind_has_entries_sorted_by_name(kind):
    names = [entry.name for entry in registry.entries(kind)]
    assert names
    assert names == sorted(set(names))


@pytest.mark.parametrize("entry", REGISTERED, ids=name)
def test_every_entry_loads_describes_itself_and_refuses_unknown_options(entry):
    assert entry.load() is not None
    assert entry.summary
    assert not entry.summary.endswith(".")
    with pytest.raises(ValidationError):
        entry.options.model_validate({"name": entry.name, "no-such-option": 1})
    with pytest.raises(ValidationError):
        entry.options.model_validate({"name": "another"})


@pytest.mark.parametrize("entry", REGISTERED, ids=name)
def test_every_number_among_the_options_that_may_vary_is_marked_with_one_marker(entry):
    for field in entry.options.model_fields.values():
        assert sum(isinstance(mark, PerReplica) for mark in field.metadata) <= 1


def test_options_that_may_differ_inside_a_population_are_these():
    marked = {
        (e.name, option)
        for e in REGISTERED
        for option, field in e.options.model_fields.items()
        if any(isinstance(mark, PerReplica) for mark in field.metadata)
    }
    assert marked == {
        *(("sgd", option) for option in ("lr", "momentum")),
        *(("adam", option) for option in ("lr", "beta1", "beta2", "eps")),
        ("optimistic-sgd", "lr"),
        *(("optimistic-adam", option) for option in ("lr", "beta1", "beta2", "eps")),
        ("consensus", "gamma"),
        ("lookahead", "alpha"),
        *(("rmsprop", option) for option in ("lr", "alpha", "eps")),
        ("r1", "gamma"),
        ("r2", "gamma"),
        ("wgan-gp", "weight"),
        ("wgan-gp", "target"),
        *(("dragan", option) for option in ("weight", "target", "spread")),
        *(("lecam", option) for option in ("weight", "decay")),
        *(("consistency", option) for option in ("weight", "std")),
        ("l2", "weight"),
        ("orthogonal", "weight"),
        ("weight-decay", "rate"),
        ("weight-clipping", "limit"),
        *(("alpha-gan", option) for option in ("alpha_d", "alpha_g")),
        ("gradient-clipping", "norm"),
        ("instance-noise", "std"),
        *(("label-smoothing", option) for option in ("real", "fake")),
        ("label-flips", "probability"),
        *(("top-k", option) for option in ("share", "until")),
        *(("learning-rate-decay", option) for option in ("start", "final")),
        *(("warm-restarts", option) for option in ("first", "growth", "least")),
        *(("loss-balancing", option) for option in ("discriminator", "generator")),
        ("historical-averaging", "weight"),
    }


def test_an_unknown_name_is_refused_with_the_nearest_one():
    with pytest.raises(UnknownName, match="unknown loss 'hindge', did you mean 'hinge'"):
        registry.entry("loss", "hindge")


@pytest.mark.parametrize(
    "call", [lambda: registry.entry("los", "hinge"), lambda: list(registry.entries("los"))]
)
def test_an_unknown_kind_is_refused(call):
    with pytest.raises(UnknownName, match="unknown kind 'los', did you mean 'loss'"):
        call()


@pytest.mark.usefixtures("own")
def test_a_registered_thing_is_found_and_loaded():
    class Mine(Options):
        size: Annotated[float, Field(gt=0), PER_REPLICA] = 2.0

    registry.register("loss", "mine", target="math:tau", options=Mine, summary="a circle", formula="2 pi")
    found = registry.entry("loss", "mine")
    options = found.options()
    assert (options.name, options.size) == ("mine", 2.0)
    assert isinstance(options, Mine)
    assert registry.load("loss", options) == pytest.approx(6.2832, abs=1e-4)
    assert found.formula == "2 pi"


@pytest.mark.usefixtures("own")
def test_a_name_is_registered_once():
    with pytest.raises(ValueError, match=r"loss 'hinge' is registered twice: ganbench.*HINGE and math:tau"):
        registry.register("loss", "hinge", target="math:tau", summary="again")


@pytest.mark.usefixtures("own")
def test_the_same_name_may_stand_under_two_kinds():
    registry.register("penalty", "hinge", target="math:tau", summary="another")
    assert registry.entry("penalty", "hinge").target == "math:tau"
    assert registry.entry("loss", "hinge").target != "math:tau"


def test_a_kind_that_is_not_known_cannot_be_registered():
    with pytest.raises(UnknownName, match="unknown kind 'losss'"):
        registry.register("losss", "mine", target="math:tau", summary="x")


def test_options_are_frozen_and_equal_options_are_one_key():
    ring = registry.entry("dataset", "ring").options
    assert {ring(): 1}[ring()] == 1
    assert ring(modes=7) != ring()
    with pytest.raises(ValidationError):
        ring().modes = 3


def test_a_catalogue_with_all_its_options_needs_no_torch():
    code = (
        "import sys; from ganbench import registry\n"
        "for kind in registry.KINDS:\n"
        "    for e in registry.entries(kind): e.options.model_json_schema()\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
