"""Whatever stands behind an option: the plan, or a message; never a traceback, never a hang."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ganbench.cli.main import main
from ganbench.execute import calibrate
from tests.execute import example as tiny
from tests.store.test_fuzz import within

PATIENCE = 10  # seconds

# What they are made of, so that some come near to being right.
WORDS = st.sampled_from(["batch", "steps", "seeds", "axes", "loss", "optimizers.generator.lr", "hinge"]) | (
    st.sampled_from(
        ["smoke", "standard", "cpu", "auto", "0-3", "1,2", "1e-3", "nan", "{}", "*", "&a", "!!python"]
    )
)
SIGNS = st.sampled_from(["=", ".", ",", "-", "/", ":", " ", "[", "]", "{", "}", "?", "'", '"', "\\", "\n"])
VALUES = st.text(max_size=20) | st.lists(WORDS | SIGNS, max_size=6).map("".join)
OPTIONS = st.sampled_from(["--set", "--only", "--seeds", "--tier", "--device", "--workers", "--replicas"])


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny suite; a dry run measures nothing."""
    monkeypatch.setattr(calibrate, "seconds_of", lambda _: 1.0)
    return tiny.written(tmp_path)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(options=st.lists(st.tuples(OPTIONS, VALUES), min_size=1, max_size=3))
@example(options=[("--seeds", "0-99999999999999999999")])
@example(options=[("--seeds", "0-999999999")])
@example(options=[("--set", "steps=" + "9" * 5000)])
@example(options=[("--set", "axes=" + "[" * 5000)])
@example(options=[("--set", "batch=10000000000000")])
@example(options=[("--only", "[" * 50 + "!")])
def test_a_dry_run_with_any_options_is_fine_or_refused(
    suite: Path, capfd: pytest.CaptureFixture[str], options: list[tuple[str, str]]
) -> None:
    arguments = [f"{name}={value}" for name, value in options]
    with within(PATIENCE):
        code = main(["run", str(suite), "--out", str(suite.parent / "results"), "--dry-run", *arguments])
    said = capfd.readouterr().err
    assert code in {0, 2} or (code == 4 and "of memory" in said), said
    assert "Traceback" not in said
    assert "unexpected" not in said
    assert not (suite.parent / "results").exists()
