"""The suite of hacks: each is one change of the base."""

from __future__ import annotations

import pytest

from tests.suite.contents import contents, differences

HACKS = {
    "1-tanh": {"data_range", "generator.output"},
    "2-minimax": {"loss.name"},
    "3-gaussian-z": {"latent.law"},
    "3-sphere-z": {"latent.law"},
    "4-batch-norm-joint": {"discriminator.norm", "schedule.batches"},
    "4-batch-norm-separate": {"discriminator.norm"},
    "4-layer-norm": {"discriminator.norm"},
    "5-leaky-relu": {"generator.activation", "discriminator.activation"},
    "6-soft-labels": {"tricks"},
    "6-soft-labels-wide": {"tricks"},
    "6-one-sided": {"tricks"},
    "6-flips": {"tricks"},
    "8-replay": {"tricks"},
    "11-loss-balancing": {"tricks"},
    "12-labels": {"conditional"},
    "13-falling-noise": {"tricks"},
    "13-noise-in-g": {"generator.noise"},
    "14-five-d-steps": {"schedule.d_steps"},
    "15-minibatch-discrimination": {"discriminator.minibatch", "discriminator.minibatch_kernels"},
    "15-minibatch-deviation": {"discriminator.minibatch"},
    "15-packing": {"tricks"},
    "17-dropout-in-g": {"generator.dropout", "generator.dropout_at"},
    "17-dropout-in-training": {"generator.dropout"},
}
SGD = ("9-sgd-for-d", "9-sgd-for-d-fast")  # another optimiser has other options
ALL = ("all", "all-and-unsure")


@pytest.mark.parametrize("data", ["ring", "grid"])
def test_ganhacks_changes_one_thing_of_the_base_at_a_time(data: str) -> None:
    found = contents("ganhacks")
    names = [name.removeprefix(f"{data}/") for name in found if name.startswith(f"{data}/")]
    assert {*names} == {"base", *HACKS, *SGD, *ALL}
    base = found[f"{data}/base"]
    assert {hack: differences(found[f"{data}/{hack}"], base) for hack in HACKS} == HACKS
    for hack in SGD:
        changed = differences(found[f"{data}/{hack}"], base)
        assert {path.rpartition(".")[0] for path in changed} == {"optimizers.discriminator"}


def test_ganhacks_leaves_every_hack_but_the_second_out_of_its_base() -> None:
    base = contents("ganhacks")["ring/base"]
    assert base["loss"]["name"] == "non-saturating"
    assert base["latent"]["law"] == "uniform"
    assert base["tricks"] == base["penalties"] == []
    for player in ("generator", "discriminator"):
        assert (base[player]["activation"], base[player]["norm"], base[player]["dropout"]) == (
            "relu",
            "none",
            0,
        )
        assert base["optimizers"][player]["name"] == "adam"


def test_ganhacks_puts_into_all_what_the_list_is_sure_of() -> None:
    found = contents("ganhacks")
    base, everything, unsure = (found[f"ring/{name}"] for name in ("base", *ALL))
    sure = (
        "1-tanh",
        "3-gaussian-z",
        "4-batch-norm-separate",
        "5-leaky-relu",
        "13-noise-in-g",
        "17-dropout-in-g",
    )
    changed = {path for path in differences(everything, base) if not path.startswith("optimizers.")}
    assert changed == {"tricks"}.union(*(HACKS[hack] for hack in sure))
    assert everything["optimizers"] == found["ring/9-sgd-for-d"]["optimizers"]
    together = {trick["name"]: trick for trick in everything["tricks"]}
    assert list(together) == ["label-flips", "label-smoothing", "replay", "instance-noise"]
    for hack in ("6-flips", "6-soft-labels", "8-replay", "13-falling-noise"):
        (alone,) = found[f"ring/{hack}"]["tricks"]
        assert together[alone["name"]] == alone
    assert differences(unsure, everything) == {"schedule.d_steps", "discriminator.minibatch", "tricks"}


def test_ganhacks_shares_its_data_with_mog() -> None:
    mog, hacks = contents("mog"), contents("ganhacks")
    assert [hacks[f"{data}/base"]["data"] for data in ("ring", "grid")] == [
        mog[f"{data}/hinge"]["data"] for data in ("ring", "grid")
    ]
