"""Pages carry their images; what is too large for a page is left out."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from ganbench.report import html
from ganbench.report.content import content
from tests.report.results import SUITE, evaluations_of, runs_of, section_of
from tests.store.example import bursts, opened, windows

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


def page(root: Path, *, cells: int = 1) -> str:
    with opened(root, suite_text=SUITE, planned=[]) as results:
        for number in range(cells):
            rows = runs_of(f"digits/{number}", [None], sample_grid=f"digits/{number}/seeds-0-0.png")
            ids = [row["run_id"] for row in rows]
            traces = {"windows": [windows(*ids)], "bursts": [bursts(*ids)]}
            samples = {f"digits/{number}/seeds-0-0.png": PNG}
            results.commit(
                f"p{number}", runs=rows, evaluations=evaluations_of(rows), samples=samples, **traces
            )
    return html.index([(content(section_of(root)), ())]).decode()


def test_a_sample_grid_is_in_the_page(tmp_path: Path) -> None:
    text = page(tmp_path)
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in text
    assert "Generated samples of digits/0" in text


def test_of_many_grids_the_first_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "IMAGES", 2)
    assert page(tmp_path, cells=3).count("<img") == 2


def test_a_grid_that_is_too_large_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "LARGEST", 10)
    assert "<img" not in page(tmp_path)


def test_a_grid_that_is_gone_is_left_out(tmp_path: Path) -> None:
    page(tmp_path)
    (tmp_path / "samples/digits/0/seeds-0-0.png").unlink()
    assert "<img" not in html.index([(content(section_of(tmp_path)), ())]).decode()
