"""The suites of losses: all of them, and how far each can be moved."""

from __future__ import annotations

from ganbench import registry
from ganbench.suite.expand import cells, expand
from ganbench.suite.find import shipped
from ganbench.suite.load import load
from ganbench.suite.populations import populations
from tests.suite.contents import contents, differences


def test_losses_has_every_loss_there_is_with_and_without_r1() -> None:
    found = contents("losses")
    assert {content["loss"]["name"] for content in found.values()} == {
        entry.name for entry in registry.entries("loss")
    }
    plain = {name.removesuffix("/plain") for name in found if name.endswith("/plain")}
    with_r1 = {name.removesuffix("/r1") for name in found if name.endswith("/r1")}
    assert with_r1 - plain == {"wasserstein"}
    assert plain < with_r1
    for name, content in found.items():
        expected = {"plain": [], "r1": ["r1"]}.get(name.rpartition("/")[2], ["weight-clipping"])
        assert [penalty["name"] for penalty in content["penalties"]] == expected


def test_losses_trains_divergences_in_the_non_saturating_form() -> None:
    forms = {
        content["loss"]["name"]: content["loss"]["form"]
        for content in contents("losses").values()
        if "form" in content["loss"] and content["loss"]["name"] != "alpha-gan"
    }
    divergences = ("kl", "reverse-kl", "pearson", "squared-hellinger", "jensen-shannon")
    assert forms == dict.fromkeys(divergences, "non-saturating")


def test_losses_has_the_cells_of_mog_that_it_has_in_common() -> None:
    mog = {cell.id for cell in cells(load(shipped()["mog"])) if cell.name.startswith("ring/")}
    common = {cell.name for cell in cells(load(shipped()["losses"])) if cell.id in mog}
    assert common == {
        "minimax/plain",
        "non-saturating/plain",
        "least-squares/plain",
        "hinge/plain",
        "non-saturating/r1",
        "hinge/r1",
    }


def test_sensitivity_trains_all_learning_rates_of_a_loss_in_one_program() -> None:
    found = populations(expand(load(shipped()["sensitivity"])))
    assert [len(one.runs) for one in found][:10] == [25] * 10
    rates = {run.cell.content["optimizers"]["generator"]["lr"] for run in found[0].runs}
    assert rates == {1e-4, 3e-4, 1e-3, 3e-3, 1e-2}


def test_sensitivity_gives_both_players_one_learning_rate() -> None:
    for name, content in contents("sensitivity").items():
        assert content["optimizers"]["generator"] == content["optimizers"]["discriminator"], name


def test_sensitivity_moves_one_thing_of_the_centre_at_a_time() -> None:
    found = contents("sensitivity")
    extra = [name for name in found if "/" not in name and not name.endswith("+r1")]
    paths = {
        "batch": {"batch"},
        "width": {"generator.width", "discriminator.width"},
        "depth": {"generator.depth", "discriminator.depth"},
        "k": {"schedule.d_steps"},
        "m": {"schedule.g_steps"},
    }
    assert len(extra) == 2 * len(paths)
    for name in extra:
        kind, _, value = name.partition("-")
        assert differences(found[name], found["non-saturating/plain/1e-3"]) == paths[kind]
        assert differences(found[f"{name}+r1"], found["non-saturating/r1/1e-3"]) == paths[kind]
        changed = found[name]
        for key in next(iter(paths[kind])).split("."):
            changed = changed[key]
        assert changed == int(value)
