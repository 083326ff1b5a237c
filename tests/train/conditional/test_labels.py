"""Where labels come from, that nobody else notices them, and that they stay with their samples."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from ganbench.errors import UsageError
from ganbench.suite.schema import Setting
from ganbench.train.audit import audit
from ganbench.train.build import Builder
from ganbench.train.conditioning import Conditioning, Given, cross_entropy
from ganbench.train.judging import critic, judges
from ganbench.train.replica import replica_network
from ganbench.train.state import game_of, restore, state_of
from ganbench.train.training import Training
from tests.train.settings import CPU, MLP, setting, train

WAYS = ("concatenation", "projection", "auxiliary")
DATA = {"name": "ring", "modes": 5, "std": 0.05}
K = 5


def cell(way: str = "concatenation", **changes: object) -> Setting:
    return setting(**{"conditional": {"discriminator": way}, "data": DATA, "steps": 60, **changes})


def tapes(one: Setting, seeds: tuple[int, ...] = (4, 5)):
    return Builder([one] * len(seeds), seeds, CPU).game().tapes


def test_data_and_z_are_those_of_the_unconditional_cell() -> None:
    told, alone = tapes(cell()), tapes(setting(data=DATA))
    for step in (0, 63, 64, 200):
        assert torch.equal(told.real.at(step)[..., :2], alone.real.at(step))
        for one, other in (
            (told.discriminator_noise, alone.discriminator_noise),
            (told.generator_noise, alone.generator_noise),
        ):
            assert torch.equal(one.at(step)[..., :2], other.at(step))


def test_labels_do_not_depend_on_the_cell_or_on_neighbours() -> None:
    one = tapes(cell())
    sgd = {"generator": "sgd", "discriminator": "sgd"}
    other = tapes(cell("auxiliary", optimizers=sgd, latent={"dim": 7}, loss="hinge"), (5, 4, 9))
    for step in (0, 70):
        mine = one.generator_noise.at(step)[..., 2:]
        theirs = other.generator_noise.at(step)[..., 7:]
        assert torch.equal(mine, theirs[[1, 0]])


def test_a_real_sample_stands_beside_the_mode_that_it_comes_from() -> None:
    one = cell()
    made = Builder([one], [3], CPU)
    joined = made.game().tapes.real.at(9)[0].numpy()
    mode, distance = made.datasets[0].assign(joined[:, :2])
    assert (joined[:, 2:] == np.eye(K)[mode]).all()
    assert (distance < 6).all()


@pytest.mark.parametrize("points", [None, 200])
def test_labels_of_generated_samples_follow_the_law_of_the_data(points: int | None) -> None:
    weights = [0.6, 0.2, 0.1, 0.05, 0.05]
    one = cell(data=DATA | {"weights": weights, "points": points}, batch=64)
    built = Builder([one], [0], CPU)
    noise = built.game().tapes.generator_noise
    share = torch.cat([noise.at(step)[0, :, 2:] for step in range(128)]).mean(0).numpy()
    fixed = built.datasets[0].training_set
    law = weights if fixed is None else np.bincount(fixed.label, minlength=K) / points
    assert share == pytest.approx(law, abs=4 * np.sqrt(0.25 / (64 * 128)))


def test_real_and_asked_labels_are_independent_draws() -> None:
    made = tapes(cell(batch=64))
    real, d, g = (t.at(0)[..., 2:] for t in (made.real, made.discriminator_noise, made.generator_noise))
    assert not torch.equal(real, d)
    assert not torch.equal(d, g)


def test_without_conditional_nothing_is_joined() -> None:
    training = train(setting(), steps=2)
    assert training.game.conditioning == Conditioning()
    assert training.game.tapes.real.at(0).shape[-1] == 2
    assert training.asked(7) == [None]


@pytest.mark.parametrize("way", WAYS)
def test_a_replica_that_is_not_finite_never_changes_its_neighbours(way: str) -> None:
    sound, struck = (Training([cell(way)] * 3, [0, 1, 2], CPU) for _ in range(2))
    struck.game.discriminator.stack.flat[1, 0] = torch.nan
    for training in (sound, struck):
        training.advance(30)
    assert struck.diverged_at() == [None, 0, None]
    for side in ("generator", "discriminator"):
        one, other = (getattr(t.game, side).stack.flat[[0, 2]] for t in (sound, struck))
        assert torch.equal(one, other)


@pytest.mark.parametrize("way", WAYS)
def test_a_conditional_run_resumes_bit_for_bit(way: str) -> None:
    one = cell(way, tricks=["replay"])
    through, resumed = train(one, one), Training([one] * 2, [0, 1], CPU)
    half = train(one, one, steps=30)
    half.remember()
    through.remember()
    restore(resumed, state_of(half))
    resumed.advance(resumed.steps)
    assert torch.equal(through.game.generator.stack.flat, resumed.game.generator.stack.flat)


@pytest.mark.parametrize("way", WAYS)
def test_measuring_changes_nothing(way: str) -> None:
    tricks = ["instance-noise", {"name": "unrolled-discriminator", "steps": 2}]
    looked, blind = (
        train(cell(way, tricks=tricks, probes={"geometry": every}), seeds=[0], steps=20) for every in (10, 0)
    )
    audit(looked)
    looked.generate(10)
    assert torch.equal(looked.game.discriminator.stack.flat, blind.game.discriminator.stack.flat)


@pytest.mark.parametrize("tricks", [[{"name": "packing", "samples": 2}], ["replay"], ["feature-matching"]])
def test_tricks_take_samples_with_their_labels(tricks: list[object]) -> None:
    training = train(cell(tricks=tricks), cell(tricks=tricks), steps=20)
    assert training.diverged_at() == [None, None]
    for one in training.game.tricks.applied:
        pool = one.memory.get("pool")
        if pool is not None:
            assert set(pool[..., 2:].sum(-1).unique().tolist()) == {0.0, 1.0}


def test_a_pack_is_its_samples_and_then_their_labels() -> None:
    training = Training([cell(tricks=["packing"])] * 2, [0, 1], CPU)
    assert training.game.discriminator.stack.weights["0.weight"].shape[-1] == 2 * (2 + K)
    found = audit(training)["auc_train"]
    assert np.isfinite(found).all()


def test_the_pool_of_old_samples_keeps_their_labels() -> None:
    training = train(cell(), cell(), steps=5)
    for _ in range(3):
        training.remember()
    old = training.old_fakes.old()
    assert old.shape[-1] == 2 + K
    assert (old[..., 2:].sum(-1) == 1).all()


@pytest.mark.parametrize("way", WAYS)
def test_audits_ask_the_discriminator_beside_the_label(way: str) -> None:
    training = train(cell(way), cell(way), steps=40)
    found = audit(training)["rejected"]
    label = torch.from_numpy(np.stack(training.asked(1024)))
    fake = torch.from_numpy(training.generate(1024))
    for replica in range(2):
        given = [fake[replica], F.one_hot(label[replica], K)][: 1 + (way != "auxiliary")]
        with torch.no_grad():
            logits = training.discriminator(replica)(torch.cat(given, dim=1).double())[:, 0]
        assert found[replica] == pytest.approx(float((logits < 0).double().mean()), abs=1e-12)


@pytest.mark.parametrize("way", WAYS)
def test_an_exported_generator_makes_the_samples_from_z_and_label(way: str) -> None:
    one = cell(way)
    training = train(one, one, steps=20)
    module = replica_network(one, "generator", game_of(training), 1).eval()
    z = torch.from_numpy(training._stream(1, "noise").standard_normal((50, 2)))
    asked = torch.from_numpy(training.asked(50)[1])
    with torch.no_grad():
        found = module(torch.cat([z, F.one_hot(asked, K)], dim=1))
    torch.testing.assert_close(found, torch.from_numpy(training.generate(50)[1]), rtol=1e-12, atol=1e-12)


def test_a_run_alone_is_asked_for_the_same_as_in_company() -> None:
    alone, beside = Training([cell()], [1], CPU), Training([cell()] * 3, [0, 1, 2], CPU)
    assert (alone.asked(9)[0] == beside.asked(9)[1]).all()
    assert alone.generate(9) == pytest.approx(beside.generate(9)[1:2])


@pytest.mark.parametrize(("way", "known"), [("concatenation", 0), ("projection", 0), ("auxiliary", 1)])
def test_only_a_discriminator_of_samples_alone_is_compared_with_a_ratio_of_densities(
    way: str, known: int
) -> None:
    training = train(cell(way), steps=3)
    assert (critic(training, 0) is not None) == bool(known)


def test_the_losses_of_classes_are_signals_of_the_auxiliary_classifier_alone() -> None:
    names = {f"class_loss_{kind}" for kind in ("real", "fake", "generator")}
    for way in WAYS:
        bursts = train(cell(way), steps=10).trace.bursts(["a"])
        assert names & set(bursts) == (names if way == "auxiliary" else set())
    for name in names:
        assert bursts[name][0] == pytest.approx(np.log(K), abs=0.5)  # a fresh network knows nothing


def test_cross_entropy_is_that_of_torch() -> None:
    rng = torch.Generator().manual_seed(0)
    answers = torch.randn(3, 7, 1 + K, generator=rng)
    label = torch.randint(K, (3, 7), generator=rng)
    found = cross_entropy(answers, Given(Tensor(), F.one_hot(label, K)))
    expected = torch.stack([F.cross_entropy(a[:, 1:], y) for a, y in zip(answers, label, strict=True)])
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("way", WAYS)
def test_a_small_ring_comes_out_as_asked_for(way: str) -> None:
    adam, mlp = {"name": "adam", "lr": 2e-3, "beta1": 0.5}, {**MLP, "width": 32}
    one = cell(
        way,
        data={"name": "ring", "modes": 4, "std": 0.1},
        generator=mlp,
        discriminator=mlp,
        batch=32,
        steps=200,
        precision="float32",
        penalties=[{"name": "r1", "gamma": 0.1}],
        optimizers={"generator": adam, "discriminator": adam},
    )
    training = Training([one] * 2, [0, 1], CPU)
    judge = judges([one] * 2, training)[0]
    for done, least, most in ((0, 0.0, 0.6), (200, 0.95, 1.0)):
        training.advance(done)
        for made, asked in zip(training.generate(100), training.asked(100), strict=True):
            assert least <= judge.evaluate(made, asked=asked)["conditional_accuracy"] <= most


def test_a_convolution_sees_labels_as_images() -> None:
    one = cell(
        data="digits",
        generator="conv-generator",
        discriminator={"name": "conv-discriminator", "norm": "none"},
    )
    training = train(one, one, steps=2)
    assert training.game.discriminator.stack.weights["2.weight"].shape[2] == 1 + 10
    assert training.generate(3).shape == (2, 3, 64)


def test_a_network_that_is_no_chain_is_not_projected_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganbench.train.networks.projects", lambda _: False)
    with pytest.raises(UsageError, match="projection needs a discriminator that is a chain of layers"):
        Training([cell("projection")], [0], CPU)


def test_data_that_promise_labels_and_give_none_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    training = Training([cell()], [0], CPU)
    data = training.shown[0].dataset
    monkeypatch.setattr(
        type(data), "train", lambda self, rng, count: data.held_out(rng, count)._replace(label=None)
    )
    with pytest.raises(UsageError, match="the samples have no labels"):
        training.asked(3)
