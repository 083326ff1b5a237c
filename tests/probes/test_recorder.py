"""What the loop writes down: rows by step, NaN where nothing was written, features of samples."""

from __future__ import annotations

import pytest
import torch

from ganbench.probes.recorder import PROJECTIONS, Recorder, feature_projection


def test_rows_come_out_in_the_order_of_the_steps():
    recorder = Recorder(5, 2)
    for step in range(3):
        recorder.write("loss_d", torch.tensor([step, -step], dtype=torch.float64))
        recorder.step()
    rows = recorder.read()["loss_d"]
    assert rows.tolist() == [[0, 0], [1, -1], [2, -2]]
    assert rows.dtype == torch.float64


def test_a_name_not_written_in_a_step_reads_nan_there():
    recorder = Recorder(4, 2)
    for step in range(4):
        if step in (1, 3):
            recorder.write("penalty_r1", torch.ones(2))
        recorder.step()
    rows = recorder.read()["penalty_r1"]
    assert rows.isnan().all(1).tolist() == [True, False, True, False]


def test_reading_empties_the_recorder():
    recorder = Recorder(2, 2)
    recorder.write("loss_d", torch.ones(3))
    recorder.step()
    first = recorder.read()
    assert recorder.read()["loss_d"].shape == (0, 3)
    recorder.write("loss_g", torch.zeros(3))
    recorder.step()
    second = recorder.read()
    assert second["loss_d"].isnan().all()  # nothing of the first chunk shines through
    assert first["loss_d"].tolist() == [[1, 1, 1]]  # and what was read stays


def test_the_recorder_is_full_after_its_length():
    recorder = Recorder(2, 2)
    assert not recorder.full
    recorder.step()
    recorder.step()
    assert recorder.full
    with pytest.raises(IndexError):
        recorder.write("loss_d", torch.ones(1))


def test_writing_keeps_a_copy_outside_any_graph():
    recorder, value = Recorder(2, 2), torch.ones(2, requires_grad=True)
    recorder.write("loss_d", 2 * value)
    recorder.step()
    with torch.no_grad():
        value.zero_()
    rows = recorder.read()["loss_d"]
    assert not rows.requires_grad
    assert rows.tolist() == [[2, 2]]


def test_booleans_are_kept_as_0_and_1():
    recorder = Recorder(1, 2)
    recorder.write("alive", torch.tensor([True, False]))
    recorder.step()
    assert recorder.read()["alive"].tolist() == [[1, 0]]


@pytest.mark.parametrize("dimensions", [1, 2])
def test_plane_samples_are_their_own_features(dimensions):
    assert feature_projection(dimensions) is None
    recorder, samples = Recorder(1, dimensions), torch.randn(3, 4, dimensions)
    recorder.write("fake", samples)
    recorder.step()
    assert torch.equal(recorder.read()["fake"][0], samples)


def test_other_samples_are_kept_as_eight_fixed_projections():
    recorder, samples = Recorder(1, 64), torch.randn(3, 4, 1, 8, 8, dtype=torch.float64)
    recorder.write("fake", samples)
    recorder.step()
    expected = samples.flatten(2) @ feature_projection(64)
    torch.testing.assert_close(recorder.read()["fake"][0], expected)
    assert expected.shape[-1] == PROJECTIONS


def test_projections_have_unit_length_and_never_change():
    projection = feature_projection(64)
    torch.testing.assert_close(projection.norm(dim=0), torch.ones(PROJECTIONS).double())
    assert torch.equal(projection, feature_projection(64))
    assert not torch.equal(projection[:32], feature_projection(32))


def test_memory_does_not_grow_with_the_number_of_chunks():
    recorder = Recorder(3, 2)
    addresses = set()
    for _ in range(10):
        for _ in range(3):
            recorder.write("loss_d", torch.ones(2))
            recorder.step()
        recorder.read()
        addresses.add(recorder._chunk["loss_d"].data_ptr())
    assert len(addresses) == 1


def test_rows_may_be_written_where_a_tensor_points():
    recorder, cursor = Recorder(4, 2), torch.zeros(1, dtype=torch.long)
    recorder.write("loss_d", torch.ones(2))
    with recorder.pointed(cursor.fill_(2)):
        recorder.write("loss_d", torch.full((2,), 3.0))
        recorder.write("penalised", torch.tensor([True, False]))
    recorder.write("loss_d", torch.full((2,), 5.0))
    rows = recorder.tensors()
    assert rows["loss_d"][:, 0].nan_to_num(-1).tolist() == [5, -1, 3, -1]
    assert rows["penalised"][2].tolist() == [1, 0]
    assert rows["penalised"][[0, 1, 3]].isnan().all()


def test_rewound_it_has_forgotten_the_rows_from_there_on():
    recorder = Recorder(5, 2)
    for step in range(4):
        recorder.write("loss_d", torch.full((2,), float(step)))
        recorder.step()
    recorder.rewind(2)
    assert recorder.row == 2
    recorder.step()
    rows = recorder.read()["loss_d"]
    assert rows[:2, 0].tolist() == [0, 1]
    assert rows[2].isnan().all()
