"""The suites that come with ganbench."""

from __future__ import annotations

import pytest

from ganbench.suite.expand import cells, expand
from ganbench.suite.find import shipped
from ganbench.suite.load import load
from ganbench.suite.populations import populations


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_suite_says_what_it_asks_costs_and_expects(name: str) -> None:
    made = load(shipped()[name])
    assert made.name == name
    assert made.text.startswith("# ")
    assert made.header.question.endswith("?")
    assert made.header.cost
    assert made.header.expected


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_suite_has_all_tiers_and_smoke_is_the_smallest(name: str) -> None:
    made = load(shipped()[name])
    sizes = [
        sum(run.cell.content["steps"] for run in expand(made, tier=t)) for t in ("smoke", "standard", "full")
    ]
    assert sizes == sorted(set(sizes))


def test_mog_compares_eight_recipes_on_two_mixtures() -> None:
    found = list(cells(load(shipped()["mog"])))
    assert [cell.name for cell in found][:3] == [
        "ring/non-saturating",
        "ring/minimax",
        "ring/wasserstein-clip",
    ]
    assert len(found) == 16
    assert len({cell.evaluation_id for cell in found}) == 2
    assert all(cell.content["steps"] >= 10_000 for cell in found)


def test_mog_trains_critics_with_their_published_settings() -> None:
    content = {cell.name: cell.content for cell in cells(load(shipped()["mog"]))}
    clip, gradient = content["ring/wasserstein-clip"], content["grid/wgan-gp"]
    assert clip["schedule"]["d_steps"] == gradient["schedule"]["d_steps"] == 5
    assert clip["optimizers"]["generator"]["name"] == "rmsprop"
    assert clip["optimizers"]["discriminator"]["lr"] == 5e-5
    assert clip["penalties"] == [{"name": "weight-clipping", "limit": 0.01}]
    assert [gradient["optimizers"]["generator"][key] for key in ("name", "lr", "beta1", "beta2")] == [
        "adam",
        1e-4,
        0.5,
        0.9,
    ]
    assert gradient["penalties"][0]["weight"] == 0.1


def test_mog_trains_ring_and_grid_in_one_program_for_each_recipe() -> None:
    found = populations(expand(load(shipped()["mog"])))
    assert [len(one.runs) for one in found] == [20] * 8


def test_dirac_and_rules_are_played_in_double_precision() -> None:
    found = [cell for name in ("dirac", "rules") for cell in cells(load(shipped()[name]))]
    assert len(found) == 45 + 23
    assert {cell.content["precision"] for cell in found} == {"float64"}


def test_dirac_and_rules_play_every_update_rule() -> None:
    contents = [cell.content for name in ("dirac", "rules") for cell in cells(load(shipped()[name]))]
    assert {content["schedule"]["order"] for content in contents} == {
        "discriminator-first",
        "generator-first",
        "simultaneous",
        "extragradient",
    }
    assert {trick["name"] for content in contents for trick in content["tricks"]} == {
        "consensus",
        "lookahead",
    }
    players = [content["optimizers"]["generator"] for content in contents]
    assert {player["name"] for player in players} == {"sgd", "optimistic-sgd"}
    assert {player.get("momentum", 0.0) for player in players} == {0.0, -0.5}
