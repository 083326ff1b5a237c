"""A loss for each player in a suite: how it is written, merged, labelled, refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.gan.losses import LossPair
from ganbench.suite.expand import cells
from ganbench.suite.schema import Setting
from tests.suite.example import BASE, problems, setting, suite

PAIR = {"discriminator": "hinge", "generator": "non-saturating"}


def losses(folder: Path, *more: str, base: str = BASE, sets: tuple[str, ...] = ()) -> dict[str, object]:
    """The loss of every cell, by the name of the cell."""
    return {cell.name: cell.content["loss"] for cell in cells(suite(folder, *more, base=base, sets=sets))}


def with_loss(text: str) -> str:
    return BASE.replace("loss: hinge", f"loss: {text}", 1)


def test_a_pair_holds_typed_options_and_its_content_gives_it_back() -> None:
    mixed = setting(loss=PAIR | {"generator": {"name": "alpha-gan", "alpha_g": "infinity"}})
    assert isinstance(mixed.loss, LossPair)
    assert mixed.content()["loss"]["discriminator"] == {"name": "hinge"}
    assert mixed.content()["loss"]["generator"]["alpha_g"] == "infinity"
    assert Setting.model_validate(mixed.content()) == mixed


def test_a_pair_of_one_loss_is_the_same_cell_as_that_loss() -> None:
    assert setting(loss={"discriminator": "hinge", "generator": "hinge"}).content() == setting().content()


def test_an_axis_may_hold_names_options_and_pairs(tmp_path: Path) -> None:
    found = losses(
        tmp_path,
        "axes: {loss: [minimax, {name: kl, form: non-saturating}, {discriminator: hinge, generator: kl}]}",
    )
    assert list(found) == ["minimax", "kl(form=non-saturating)", "discriminator=hinge generator=kl"]


def test_an_axis_over_one_players_loss_leaves_the_others_as_it_is(tmp_path: Path) -> None:
    found = losses(tmp_path, "axes: {loss.generator: [minimax, hinge]}")
    assert found == {
        "minimax": {"discriminator": {"name": "hinge"}, "generator": {"name": "minimax"}},
        "hinge": {"name": "hinge"},
    }


@pytest.mark.parametrize("base", ["hinge", "{name: hinge}", "{discriminator: hinge, generator: minimax}"])
def test_the_command_line_sets_one_players_loss(tmp_path: Path, base: str) -> None:
    found = losses(tmp_path, base=with_loss(base), sets=("loss.generator=kl",))
    assert found["toy"] == {
        "discriminator": {"name": "hinge"},
        "generator": {"name": "kl", "form": "saturating"},
    }


@pytest.mark.parametrize(
    ("base", "sets"), [("{discriminator: hinge, generator: minimax}", ("loss.name=kl",)), ("kl", ())]
)
def test_one_name_replaces_a_pair(tmp_path: Path, base: str, sets: tuple[str, ...]) -> None:
    assert losses(tmp_path, base=with_loss(base), sets=sets)["toy"] == {"name": "kl", "form": "saturating"}


def test_presets_turn_a_pair_into_one_loss_and_one_loss_into_a_pair(tmp_path: Path) -> None:
    presets = "axes: {m: {one: {loss: {name: minimax}}, pair: {loss: {discriminator: kl}}}}"
    for base in ("{discriminator: hinge, generator: minimax}", "minimax"):
        found = losses(tmp_path, presets, base=with_loss(base))
        assert found["one"] == {"name": "minimax"}
        assert found["pair"]["generator"] == {"name": "minimax"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{discriminator: hindge, generator: kl}", "6:23: unknown loss 'hindge', did you mean 'hinge'?"),
        (
            "{discriminator: hinge}",
            "6:7: the loss of the generator is missing beside that of the discriminator",
        ),
        (
            "{generator: hinge}",
            "6:7: the loss of the discriminator is missing beside that of the generator",
        ),
        (
            "{discriminator: hinge, generator: kl, name: minimax}",
            "6:51: loss 'minimax' is for both players: leave it out, or discriminator and generator",
        ),
        (
            "{discriminator: hinge, generator: kl, form: saturating}",
            "6:45: 'form' belongs to the loss of one player: write it below that",
        ),
        (
            "{discriminator: hinge, generator: {name: kl, from: x}}",
            "6:52: unknown option 'from' of loss 'kl', did you mean 'form'?",
        ),
        (
            "{name: alpha-gan, alpha_d: 0}",
            "6:34: alpha_d is 0, expected a number above 0 or one of: infinity",
        ),
        (
            "{name: alpha-gan, alpha_d: infinite}",
            "6:34: alpha_d is 'infinite', expected a number above 0 or one of: infinity",
        ),
        ("[hinge, kl]", "6:7: expected a loss: its name, or a mapping with its name and options"),
    ],
)
def test_mistakes_are_shown_where_they_are(tmp_path: Path, text: str, expected: str) -> None:
    found = problems(tmp_path, base=with_loss(text))
    assert [one.removeprefix("toy.yaml:") for one in found] == [expected]


CRITICS = ("wasserstein", "relativistic-pairing", "relativistic-average")


@pytest.mark.parametrize("critic", CRITICS)
@pytest.mark.parametrize("reader", ["minimax", "non-saturating", "least-squares", "alpha-gan", "kl"])
def test_a_generator_that_reads_a_level_needs_a_discriminator_whose_level_means_something(
    tmp_path: Path, critic: str, reader: str
) -> None:
    (found,) = problems(tmp_path, base=with_loss(f"{{discriminator: {critic}, generator: {reader}}}"))
    assert f"the {reader} loss of the generator reads the level of the logits" in found
    assert f"means nothing under the {critic} loss of the discriminator" in found


@pytest.mark.parametrize(
    ("discriminator", "generator"),
    [
        ("hinge", "least-squares"),
        ("least-squares", "minimax"),
        ("minimax", "relativistic-pairing"),  # a difference of logits means something under any D
        ("wasserstein", "relativistic-average"),
        ("relativistic-pairing", "hinge"),  # its slope is the same at every level
        ("wasserstein", "{name: kl, form: non-saturating}"),
    ],
)
def test_other_mixtures_are_fine(tmp_path: Path, discriminator: str, generator: str) -> None:
    text = f"{{discriminator: {discriminator}, generator: {generator}}}"
    assert problems(tmp_path, base=with_loss(text)) == []


def test_targets_are_those_of_the_discriminators_loss(tmp_path: Path) -> None:
    smoothed = "tricks: [label-smoothing]"
    fine = with_loss("{discriminator: non-saturating, generator: hinge}")
    assert problems(tmp_path, smoothed, base=fine) == []
    (found,) = problems(tmp_path, smoothed, base=with_loss("{discriminator: hinge, generator: minimax}"))
    assert "needs a loss that gives D targets, hinge against minimax has none" in found


@pytest.mark.parametrize("of", ["generator", "discriminator", "both"])
def test_orthogonal_rows_need_hidden_layers(tmp_path: Path, of: str) -> None:
    dirac = BASE.replace("data: ring", "data: dirac").replace(": mlp", ": dirac-generator", 1)
    dirac = dirac.replace("discriminator: mlp", "discriminator: dirac-discriminator", 1)
    (found,) = problems(tmp_path, f"penalties: [{{name: orthogonal, of: {of}}}]", base=dirac)
    assert "penalty 'orthogonal' needs a network with hidden layers" in found
    assert problems(tmp_path, f"penalties: [{{name: orthogonal, of: {of}}}]") == []


@pytest.mark.parametrize("name", ["r1", "r2", "wgan-gp", "dragan", "consistency"])
def test_an_interval_of_0_is_refused(tmp_path: Path, name: str) -> None:
    (found,) = problems(tmp_path, f"penalties: [{{name: {name}, every: 0}}]")
    assert found.endswith("every is 0, expected an integer of at least 1")
