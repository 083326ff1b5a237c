"""A round of training before anything is written: what is wrong in code of the user's, at the user's own line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from ganbench.errors import PluginError
from ganbench.execute.rehearsal import rehearse
from ganbench.plugins import Plugins
from ganbench.records import Cell, Run
from ganbench.registry import finding
from ganbench.suite.schema import Setting
from tests.plugins.example import written
from tests.train.settings import BASE

HEAD = "import torch\nfrom torch.nn.functional import softplus\n\n\n"
IN_PLACE = f"""{HEAD}def mine(real, fake):
    odds = real.exp()
    loss = softplus(-odds).mean() + softplus(fake).mean()
    odds.mul_(2)
    return loss, softplus(-fake).mean()
"""
RAISES = f"""{HEAD}def mine(real, fake):
    return softplus(-real).mean() + softplus(fake).mean(), softplus(-fake).mean()


class Net(torch.nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.net = torch.nn.Linear(inputs, outputs)

    def forward(self, z):
        if torch.is_grad_enabled():
            raise RuntimeError("not while training")
        return self.net(z)
"""


def rehearsed(folder: Path, text: str, **changes: Any) -> None:
    written(folder, text)
    with finding(Plugins(folder).entry):
        content = Setting.model_validate(BASE | {"loss": "mine.py:mine"} | changes).content()
        rehearse([Run(Cell("ring", {}, content, "c" * 12, "e" * 12), 0)], "cpu")


def test_what_torch_cannot_differentiate_is_shown_at_the_line_that_computes_it(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="modified by an inplace operation") as caught:
        rehearsed(tmp_path, IN_PLACE)
    assert caught.value.where == "mine.py:6"
    assert "Hint" not in caught.value.what
    assert not torch.is_anomaly_enabled()


def test_what_the_users_code_raises_itself_is_shown_where_it_raises(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="not while training") as caught:
        rehearsed(tmp_path, RAISES, generator="mine.py:Net")
    assert caught.value.where == "mine.py:16"


@pytest.mark.parametrize(
    ("returned", "player"),
    [
        ("(real.mean() - fake.mean()).detach(), softplus(-fake).mean()", "D"),
        ("softplus(-real).mean() + softplus(fake).mean(), softplus(-fake.detach()).mean()", "G"),
        ("softplus(-real).mean(), softplus(-fake).mean()", "D"),
    ],
)
def test_a_loss_that_nobody_can_descend_is_refused_by_name(
    tmp_path: Path, returned: str, player: str
) -> None:
    with pytest.raises(PluginError, match=f"loss of {player} has no gradient by the logits") as caught:
        rehearsed(tmp_path, f"{HEAD}def mine(real, fake):\n    return {returned}\n")
    assert caught.value.where == "mine.py:mine"
    assert "detach()" in caught.value.hint


def test_code_that_trains_is_let_through(tmp_path: Path) -> None:
    rehearsed(tmp_path, IN_PLACE.replace("    odds.mul_(2)\n", ""))
