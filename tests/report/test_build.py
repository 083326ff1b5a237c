"""From results to a report: complete, self-contained, the same bytes each time, right for odd results."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from ganbench.errors import CannotTell, InputError
from ganbench.report.build import build_report
from tests.report.results import COVERED, MIXED, QUALITY, SUITE, explained, product, runs_of, write
from tests.store.example import PROVENANCE, opened

VOID = {"meta", "link", "input", "img", "br"}


class Page(HTMLParser):
    """Ids, labels, links, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.attributes.append((tag, named))
        self.ids += [str(named["id"])] if "id" in named else []
        self.open += [] if tag in VOID else [tag]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.attributes if name == tag]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("report")
    build_report([write(root / "mine")], root / "r")
    return root / "r"


def text_of(folder: Path) -> str:
    return (folder / "index.html").read_text()


def small(root: Path, outcomes: dict[str, list[str | None]], **changes: object) -> Path:
    build_report([write(root / "mine", outcomes, **changes)], root / "r", pages=1)
    return root / "r"


def test_every_kind_of_file_is_there(made: Path) -> None:
    names = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    figures = (
        "health",
        "modes",
        "survival",
        "gradients",
        "outputs",
        "best-final",
        "improvement-ring",
        "profiles-ring",
        "samples",
    )
    assert names >= {f"figures/{name}.{form}" for name in figures for form in ("pdf", "svg", "png")}
    tables = ("health", "comparisons-ring", "metrics-ring", "pairs-ring", "effects-ring")
    assert names >= {f"tables/{name}.{form}" for name in tables for form in ("tex", "md", "csv")}
    data = ("runs", "evaluations", "cells", "comparisons", "pairs", "costs", "curves")
    assert names >= {f"data/{name}.parquet" for name in data}
    assert names >= {"index.html", "manifest.json", "figures/captions.md"}
    assert len([name for name in names if name.startswith("runs/")]) == 3


def test_the_same_results_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    build_report([write(tmp_path / "elsewhere" / "mine")], tmp_path / "r")
    first, second = (
        json.loads((folder / "manifest.json").read_text())["files"] for folder in (made, tmp_path / "r")
    )
    assert [name for name in first if first[name] != second.get(name)] == []
    assert (made / "manifest.json").read_bytes() == (tmp_path / "r/manifest.json").read_bytes()


def test_pages_ask_for_nothing_from_anywhere(made: Path) -> None:
    for path in made.rglob("*.html"):
        page = Page(path.read_text())
        local = [one.get("href") or "" for one in page.all("a")]
        assert all(link.startswith("#") or (path.parent / link.partition("#")[0]).is_file() for link in local)
        assert all(str(one["href"]).startswith("data:") for one in page.all("link"))
        assert all(str(one["src"]).startswith("data:") for one in page.all("img"))
        assert not any("src" in one for one in page.all("script"))
        assert not re.search(r"@import|url\((?!#)", path.read_text())


def test_pages_are_well_formed_and_ids_are_unique(made: Path) -> None:
    for path in made.rglob("*.html"):
        page = Page(path.read_text())
        assert page.open == []
        assert len(page.ids) == len(set(page.ids))


def test_links_within_the_page_lead_somewhere(made: Path) -> None:
    page = Page(text_of(made))
    inside = {str(one["href"])[1:] for one in page.all("a") if str(one.get("href")).startswith("#")}
    assert inside <= set(page.ids)


def test_tables_can_be_sorted_and_filtered_with_the_keyboard(made: Path) -> None:
    text = text_of(made)
    page = Page(text)
    heads = text.count('<th scope="col"') - text.count('<th scope="col">cell</th>')
    assert text.count('<button type="button">') >= 20
    assert heads >= text.count('<button type="button">')
    labels = {one["for"] for one in page.all("label")}
    assert {one["id"] for one in page.all("input")} == labels
    assert "aria-sort" in text
    assert "prefers-color-scheme: dark" in text
    assert ":focus-visible" in text


def test_the_page_says_question_verdicts_hashes_and_how_to_do_it_again(made: Path) -> None:
    text = text_of(made)
    for part in (
        "How often?",
        "Rarely &amp; &lt;sometimes&gt;.",
        "ring/r1 fails in 0 of 10 runs, ring/plain in 9 of 10",
        "covered share below 0.9: 7, high quality below 0.3: 2",
        "environment fingerprint",
        "e" * 12,
        "ganbench run data/suite.yaml --tier smoke --seeds 0-9 --out results/mine",
        "torch",
    ):
        assert part in text, part


def test_what_cannot_be_told_has_its_reason(made: Path) -> None:
    text = text_of(made)
    assert "What these results cannot tell" in text
    for part in (
        "Equal tuning budget on ring: cells differ in method alone",
        "every cell spends the same 2,000 gradient evaluations",
        "Root causes: no findings are stored",
    ):
        assert part in text, part


def test_tuning_cost_and_root_causes_are_there_where_they_can_be_told(tmp_path: Path) -> None:
    outcomes = {(x, y): [None, COVERED, None, None] for x in ("1e-3", "1e-2") for y in ("plain", "r1")}
    product(tmp_path / "mine", outcomes, costs={"plain": 2, "r1": 3})
    explained(tmp_path / "mine", "ring/other", [{"mode-collapse": ""}] * 2, failed=[True] * 2)
    build_report([tmp_path / "mine"], tmp_path / "r", pages=0)
    names = {path.name for path in (tmp_path / "r").rglob("*") if path.is_file()}
    tables = ("tuning-ring-lr", "tuning-ring-trick", "reach-ring-lr", "costs-ring", "findings-ring")
    figures = ("tuning-ring-lr", "tuning-ring-trick", "costs-ring", "profiles-ring")
    assert names >= {f"{name}.tex" for name in tables} | {f"{name}.svg" for name in figures}
    assert names >= {"tuning.parquet", "costs.parquet", "findings.parquet"}
    assert "mode-collapse: 2" in text_of(tmp_path / "r")
    assert "What these results cannot tell" not in text_of(tmp_path / "r")
    tuning = pd.read_parquet(tmp_path / "r/data/tuning.parquet")
    assert set(tuning["axis"]) == {"lr", "trick"}
    assert list(tuning["share"][tuning["best_of"] == 1]) == [0.75] * 4


def test_no_path_of_this_machine_is_in_any_file(made: Path) -> None:
    for path in made.rglob("*"):
        if path.suffix in {".html", ".md", ".csv", ".tex", ".json", ".svg"}:
            assert str(made.parent) not in path.read_text()


def test_the_data_hold_the_numbers_of_the_page(made: Path) -> None:
    cells = pd.read_parquet(made / "data/cells.parquet")
    assert list(cells["cell"]) == [*MIXED]
    assert list(cells["healthy"]) == [1, 10, 5]
    comparisons = pd.read_parquet(made / "data/comparisons.parquet")
    assert list(comparisons["verdict"]) == ["better", "cannot tell"]
    assert list(comparisons["difference"]) == pytest.approx([-0.9, -0.4])
    assert len(pd.read_parquet(made / "data/runs.parquet")) == 30


def test_captions_say_n_interval_and_protocol(made: Path) -> None:
    text = (made / "figures/captions.md").read_text()
    for part in (
        "n = 10 runs in each of 3 cells",
        "Wilson's 95 % interval",
        "Protocol: ring: 1,000 generator steps",
    ):
        assert part in text


def test_a_page_of_a_failed_run_has_findings_figures_and_the_way_to_replay(made: Path) -> None:
    for path in (made / "runs").iterdir():
        text = path.read_text()
        assert "Findings" in text
        assert text.count("<svg") == 4
        assert "ganbench replay results/mine ring/" in text
        assert "evaluations up to step 250 do not count" in text


def test_the_suite_is_among_the_data(made: Path, tmp_path: Path) -> None:
    assert (made / "data/suite.yaml").read_text() == SUITE
    for name in ("a", "b"):
        write(tmp_path / name, {"ring/a": [None, COVERED]})
    build_report([tmp_path / "a", tmp_path / "b"], tmp_path / "both", pages=0)
    build_report([tmp_path / "a", tmp_path / "b"], tmp_path / "apart", pages=0, separate=True)
    files = [*(tmp_path / "both").rglob("*.yaml"), *(tmp_path / "apart").rglob("*.yaml")]
    assert [str(path.relative_to(tmp_path)) for path in sorted(files)] == [
        "apart/data/1/suite.yaml",
        "apart/data/2/suite.yaml",
        "both/data/suite-1.yaml",
        "both/data/suite-2.yaml",
    ]


def test_one_seed_is_said_to_tell_no_rate(tmp_path: Path) -> None:
    build_report([write(tmp_path / "mine", {"ring/a": [None]})], tmp_path / "r", pages=0)
    assert "How often runs fail: one seed of ring/a, and one run is no rate." in text_of(tmp_path / "r")


def test_the_golden_health_table(made: Path) -> None:
    lines = (made / "tables/health.md").read_text().splitlines()
    assert lines[:5] == [
        "| cell | runs | crashed | healthy | % | 95 % interval | half failed by | causes of failure |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
        "| ring/plain | 10 | 0 | 1 | 10 | [2, 40] | 750 | covered share below 0.9: 7, high quality below 0.3: 2 |",
        "| ring/r1 | 10 | 0 | 10 | 100 | [72, 100] | not reached | - |",
        "| ring/half | 10 | 0 | 5 | 50 | [24, 76] | 750 | covered share below 0.9: 5 |",
    ]


def test_one_seed_gives_wide_intervals_and_no_verdict(tmp_path: Path) -> None:
    text = text_of(small(tmp_path, {"ring/a": [None], "ring/b": [COVERED]}))
    assert "1 of 1 run (100 % [21, 100])" in text
    assert "cannot tell" in text


def test_all_runs_failed(tmp_path: Path) -> None:
    text = text_of(small(tmp_path, {"ring/a": [COVERED, QUALITY], "ring/b": [COVERED, COVERED]}))
    assert "No run on ring is healthy: 0 of 2 runs (0 % [0, 66]) in each of 2 cells" in text


def test_no_run_failed(tmp_path: Path) -> None:
    assert "No run failed." in text_of(small(tmp_path, {"ring/a": [None, None]}))


def test_failed_runs_without_a_page_are_counted(tmp_path: Path) -> None:
    write(tmp_path / "mine", {"ring/a": [COVERED, None, COVERED]})
    build_report([tmp_path / "mine"], tmp_path / "r", pages=0)
    text = (tmp_path / "r" / "index.html").read_text(encoding="utf-8")
    assert "2 runs failed; none has a page" in text
    assert "No run failed." not in text


def test_all_runs_crashed(tmp_path: Path) -> None:
    with opened(tmp_path / "mine", suite_text=SUITE, planned=[]) as results:
        rows = [
            row | {"status": "crashed", "message": "Traceback ...\nValueError: boom\n"}
            for row in runs_of("ring/a", [None, None])
        ]
        results.commit("p", runs=rows, evaluations=[])
    build_report([tmp_path / "mine"], tmp_path / "r")
    assert "2 runs crashed, and are in no share: ring/a 2 (ValueError: boom)." in text_of(tmp_path / "r")


def test_partial_results_say_so(tmp_path: Path) -> None:
    folder = small(tmp_path, {"ring/a": [None]}, missing=3)
    assert "Partial results: 3 of 4 planned runs are missing." in text_of(folder)


def test_empty_results_cannot_be_told_and_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(CannotTell, match="no run has ended"):
        small(tmp_path, {"ring/a": []})
    assert not (tmp_path / "r").exists()


def test_a_run_that_diverged_has_a_page_and_a_place_in_every_figure(tmp_path: Path) -> None:
    lost = dict.fromkeys(("final.covered_share", "final.covered_modes", "final.high_quality"), float("nan"))
    folder = small(tmp_path, {"ring/a": ["non-finite", "non-finite"]}, diverged_at=300, **lost)
    assert "non-finite: 2" in text_of(folder)


def test_two_environments_have_two_sections(tmp_path: Path) -> None:
    write(tmp_path / "mine", {"ring/a": [None, COVERED]})
    other = replace(PROVENANCE, versions={"torch": "2.1"}, fingerprint="0" * 12)
    write(tmp_path / "mine", {"ring/b": [None]}, provenance=other, fingerprint="0" * 12)
    build_report([tmp_path / "mine"], tmp_path / "r", pages=0)
    text = text_of(tmp_path / "r")
    assert "torch 2.0" in text
    assert "torch 2.1" in text
    assert (tmp_path / "r/tables/1/health.csv").exists()
    assert (tmp_path / "r/tables/2/health.csv").exists()


def test_two_evaluation_hashes_are_refused_or_separate(tmp_path: Path) -> None:
    folders = [
        write(tmp_path / "a", {"x": [None]}),
        write(tmp_path / "b", {"y": [None]}, evaluation_id="d" * 12),
    ]
    with pytest.raises(CannotTell, match="not comparable"):
        build_report(folders, tmp_path / "r")
    build_report(folders, tmp_path / "r", separate=True, pages=0)
    assert (tmp_path / "r/tables/2/health.csv").read_text().splitlines()[1].startswith("y,")


def test_a_newer_schema_is_an_input_error(tmp_path: Path) -> None:
    root = write(tmp_path / "mine", {"a": [None]})
    facts = json.loads((root / "environment.json").read_text())
    (root / "environment.json").write_text(json.dumps(facts | {"schema_version": 99}))
    with pytest.raises(InputError, match="schema 99"):
        build_report([root], tmp_path / "r")


def test_a_name_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    folder = small(tmp_path, {"<script>alert(1)</script>": [None, COVERED], 'a"b': [None, None]})
    for path in folder.rglob("*.html"):
        assert "<script>alert" not in path.read_text()
        assert Page(path.read_text()).open == []


def test_one_column_figures_are_narrower(tmp_path: Path) -> None:
    root = write(tmp_path / "mine", {"ring/a": [None, COVERED]})
    build_report([root], tmp_path / "r", columns=1, pages=0)
    svg = (tmp_path / "r/figures/health.svg").read_text()
    assert re.search(r'width="241(\.\d+)?pt"', svg)  # 3.35 inches


@pytest.mark.parametrize(
    "text", ["suite: mog\n", "suite: mog\nquestion: How often?\n", "suite: mog\nexpected: Rarely.\n"]
)
def test_a_suite_that_says_little_of_itself_has_a_report_too(tmp_path: Path, text: str) -> None:
    with opened(tmp_path / "mine", suite_text=text, planned=[]) as results:
        results.commit("p", runs=runs_of("ring/a", [None]), evaluations=[])
    build_report([tmp_path / "mine"], tmp_path / "r")
    page = (tmp_path / "r" / "index.html").read_text(encoding="utf-8")
    assert ("How often?" in page) == ("question" in text)
    assert ("Expected by the suite: Rarely." in page) == ("expected" in text)
