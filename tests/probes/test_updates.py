"""Update ratios."""

from __future__ import annotations

import torch

from ganbench.probes.updates import update_ratios


def test_the_ratio_is_the_change_over_the_size_of_the_weights_for_each_player():
    rows = {
        "update_norm_d": torch.tensor([[1.0, 2.0]]),
        "weight_norm_d": torch.tensor([[10.0, 4.0]]),
        "update_norm_g": torch.tensor([[0.0, torch.nan]]),
        "weight_norm_g": torch.tensor([[3.0, 1.0]]),
    }
    found = update_ratios(rows)
    assert list(found) == ["update_ratio_d", "update_ratio_g"]
    torch.testing.assert_close(found["update_ratio_d"], torch.tensor([[0.1, 0.5]]))
    torch.testing.assert_close(found["update_ratio_g"], torch.tensor([[0.0, torch.nan]]), equal_nan=True)
