"""A report in a real browser: quiet, self-contained, sortable, legible, narrow enough, and usable by keyboard."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.chromium import Tab, chromium
from tests.report.legibility import CONTRAST

pytestmark = pytest.mark.browser

LEAST = 4.5  # contrast of text, WCAG 2.2, 1.4.3
FOCUSED = "document.activeElement"
KEYS = "(box, column) => [...box.querySelectorAll('tbody tr')].map((row) => row.cells[column].dataset.sort)"
TABLES = "[...document.querySelectorAll('[data-table]')]"
REACHABLE = """[...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')]
    .filter((one) => one.checkVisibility())"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with chromium(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture
def tab(browser: Tab, odd_report: Path) -> Tab:
    """The report, as it is opened first."""
    browser.resize(1200)
    browser.call("Emulation.setEmulatedMedia", features=[])
    browser.open(odd_report / "index.html")
    return browser


def pages(report: Path) -> list[Path]:
    return [report / "index.html", *sorted((report / "runs").iterdir())]


def unfold(tab: Tab) -> None:
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def sizes(tab: Tab) -> list[int]:
    """The number of columns of each table."""
    found = tab.evaluate(f"{TABLES}.map((box) => box.querySelectorAll('thead th').length)")
    assert len(found) >= 9
    return list(found)


def column(tab: Tab, table: int, number: int) -> list[str]:
    return list(tab.evaluate(f"({KEYS})({TABLES}[{table}], {number})"))


def head(table: int, number: int) -> str:
    return f"{TABLES}[{table}].querySelectorAll('thead button')[{number}]"


def numbers(keys: list[str]) -> list[float]:
    return [float(key) for key in keys if key]


def are_numbers(keys: list[str]) -> bool:
    try:
        return all(math.isfinite(one) or math.isinf(one) for one in numbers(keys))
    except ValueError:
        return False


def test_pages_say_nothing_to_the_console_and_ask_for_nothing_but_files(tab: Tab, odd_report: Path) -> None:
    for path in pages(odd_report):
        tab.open(path)
        tab.evaluate("new Promise((done) => requestIdleCallback(done))")
        assert tab.said("Runtime.exceptionThrown") == []
        assert tab.said("Runtime.consoleAPICalled") == []
        assert tab.said("Log.entryAdded") == []
        asked = [one["request"]["url"] for one in tab.said("Network.requestWillBeSent")]
        assert path.as_uri() in asked
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_a_click_on_any_header_sorts_up_and_another_down(tab: Tab) -> None:
    unfold(tab)
    seen = 0
    for table, width in enumerate(sizes(tab)):
        for number in range(width):
            before = column(tab, table, number)
            tab.click(head(table, number))
            up = column(tab, table, number)
            tab.click(head(table, number))
            down = column(tab, table, number)
            assert sorted(before) == sorted(up) == sorted(down)
            if are_numbers(before):
                seen += 1
                assert numbers(up) == sorted(numbers(before))
                assert numbers(down) == sorted(numbers(before), reverse=True)
            # What is empty stays last, whichever way.
            filled = len([key for key in before if key])
            assert all(up[:filled])
            assert all(down[:filled])
    assert seen > 20


def test_numbers_are_sorted_as_numbers_and_whole_rows_move(tab: Tab) -> None:
    share = "[...document.querySelectorAll('thead button')].findIndex((one) => one.textContent === '%')"
    at = tab.evaluate(share)
    rows = f"{TABLES}[0].querySelectorAll('tbody tr')"
    before = set(tab.evaluate(f"[...{rows}].map((row) => row.textContent)"))
    tab.click(head(0, at))
    shown = tab.evaluate(f"[...{rows}].map((row) => row.cells[{at}].textContent)")
    assert [int(text) for text in shown] == sorted(int(text) for text in shown)
    assert {"10", "100"} <= set(shown)
    assert shown.index("40") < shown.index("100")
    assert set(tab.evaluate(f"[...{rows}].map((row) => row.textContent)")) == before


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_header_is_reached_and_sorts_by_keyboard_and_says_so(tab: Tab, key: str) -> None:
    tab.evaluate(f"{TABLES}[0].querySelector('.scroll').focus()")
    tab.press("Tab")
    for state in ("ascending", "descending", "ascending"):
        tab.press(key)
        assert tab.evaluate(f"{FOCUSED}.parentElement.getAttribute('aria-sort')") == state
        assert tab.evaluate(f"{FOCUSED}.textContent") == "cell"
    names = column(tab, 0, 0)
    assert names == tab.evaluate(
        f"{names!r}.sort((a, b) => a.localeCompare(b, undefined, {{numeric: true}}))"
    )
    tab.press("Tab")
    tab.press(key)
    assert tab.evaluate(f"{TABLES}[0].querySelectorAll('[aria-sort]').length") == 1


def test_what_has_the_focus_is_outlined(tab: Tab) -> None:
    for _ in range(30):
        tab.press("Tab")
        outline = tab.evaluate(
            f"(({{outlineStyle: s, outlineWidth: w}}) => [s, w])(getComputedStyle({FOCUSED}))"
        )
        assert outline[0] != "none"
        assert float(outline[1].removesuffix("px")) >= 1


def test_the_tab_key_reaches_every_control_in_the_order_of_the_page(tab: Tab) -> None:
    unfold(tab)
    tab.evaluate(f"{REACHABLE}.forEach((one, at) => one.dataset.at = at)")
    count = tab.evaluate(f"{REACHABLE}.length")
    reached = []
    for _ in range(count):
        tab.press("Tab")
        reached.append(tab.evaluate(f"{FOCUSED}.dataset.at"))
    assert reached == [str(at) for at in range(count)]


def test_a_filter_shows_the_rows_with_all_words_and_counts_them(tab: Tab) -> None:
    unfold(tab)
    for table in range(len(sizes(tab))):
        box = f"{TABLES}[{table}]"
        texts = tab.evaluate(
            f"[...{box}.querySelectorAll('tbody tr')].map((row) => row.textContent.toLowerCase())"
        )
        words = [texts[-1].split()[0], texts[-1].split()[-1]]
        tab.click(f"{box}.querySelector('input')")
        tab.type(" ".join(words).upper())
        shown = tab.evaluate(
            f"[...{box}.querySelectorAll('tbody tr')].filter((row) => row.checkVisibility())"
            ".map((row) => row.textContent.toLowerCase())"
        )
        assert shown == [text for text in texts if all(word in text for word in words)]
        status = tab.evaluate(f"{box}.querySelector('[role=status]').textContent")
        assert status == f"{len(shown)} of {len(texts)} rows"
        tab.type("no row has this")
        assert tab.evaluate(f"{box}.querySelector('[role=status]').textContent") == f"0 of {len(texts)} rows"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(tab: Tab, odd_report: Path, scheme: str) -> None:
    tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    for path in pages(odd_report):
        tab.open(path)
        unfold(tab)
        found: list[dict[str, Any]] = tab.evaluate(CONTRAST)
        assert len(found) > 50
        assert [one for one in found if one["contrast"] < LEAST] == []
    assert (tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)") == (
        scheme == "light"
    )


@pytest.mark.parametrize("width", [400, 700, 1200])
def test_nothing_is_wider_than_the_window(tab: Tab, odd_report: Path, width: int) -> None:
    tab.resize(width)
    for path in pages(odd_report):
        tab.open(path)
        unfold(tab)
        beyond = tab.evaluate("""
            [...document.body.querySelectorAll('*')]
                .filter((one) => !one.closest('.pan *, .scroll *, pre *'))
                .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
                .map((one) => `${one.tagName}: ${one.textContent.trim().slice(0, 60)}`)""")
        assert beyond == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_narrow_screen_figures_stay_legible_and_are_scrolled(tab: Tab) -> None:
    tab.resize(400)
    widths = tab.evaluate("""[...document.querySelectorAll('.pan')].map((one) =>
        [one.clientWidth, one.scrollWidth, one.firstElementChild.getBoundingClientRect().width])""")
    assert len(widths) > 3
    assert all(shown < 400 <= 640 <= drawn <= whole + 1 for shown, whole, drawn in widths)


def test_the_first_column_stays_where_a_table_is_scrolled(tab: Tab) -> None:
    tab.resize(400)
    left = "document.querySelector('.scroll td').getBoundingClientRect().left"
    before = tab.evaluate(left)
    tab.evaluate("document.querySelector('.scroll').scrollLeft = 200")
    assert tab.evaluate("document.querySelector('.scroll').scrollLeft") > 50
    assert abs(tab.evaluate(left) - before) < 2


def test_images_figures_and_controls_have_names(tab: Tab, odd_report: Path) -> None:
    for path in pages(odd_report):
        tab.open(path)
        unfold(tab)
        nodes = [
            (node["role"]["value"], node.get("name", {}).get("value", "").strip())
            for node in tab.call("Accessibility.getFullAXTree")["nodes"]
            if not node["ignored"]
        ]
        named = {
            "image",
            "button",
            "link",
            "searchbox",
            "region",
            "DisclosureTriangle",
            "navigation",
        }
        assert [role for role, name in nodes if role in named and not name] == []
        images = [name for role, name in nodes if role == "image"]
        assert len(images) == tab.evaluate("document.querySelectorAll('img, .pan > svg').length") > 0
        assert tab.evaluate("document.documentElement.lang && document.title")


def test_run_pages_open_by_their_links_and_lead_back(tab: Tab, odd_report: Path) -> None:
    names = tab.evaluate("[...document.querySelectorAll('a[href^=\"runs/\"]')].map((one) => one.textContent)")
    assert len(names) == 3
    for number, name in enumerate(names):
        tab.events.clear()
        tab.click(f"document.querySelectorAll('a[href^=\"runs/\"]')[{number}]")
        tab.loaded()
        assert tab.evaluate("document.querySelector('h1').textContent") == name
        tab.events.clear()
        tab.click("document.querySelector('header a')")
        tab.loaded()
        assert tab.evaluate("location.href") == (odd_report / "index.html").as_uri()


def test_contents_lead_to_their_headings(tab: Tab) -> None:
    for number in range(tab.evaluate("document.querySelectorAll('nav a').length")):
        tab.click(f"document.querySelectorAll('nav a')[{number}]")
        top = tab.evaluate("document.querySelector(location.hash).getBoundingClientRect().top")
        end = tab.evaluate("innerHeight + scrollY >= document.documentElement.scrollHeight - 1")
        assert end or abs(top) < 2


def test_the_measure_of_contrast_is_that_of_known_colours(tab: Tab) -> None:
    for ink, paper, expected in [("#000", "#fff", 21.0), ("#777", "#fff", 4.48), ("#fff", "#0000ff", 8.59)]:
        tab.evaluate(
            f'document.body.innerHTML = \'<div style="background:{paper}"><p style="color:{ink}">a</p></div>\''
        )
        (found,) = tab.evaluate(CONTRAST)
        assert found["contrast"] == pytest.approx(expected, abs=0.01)


def test_what_is_half_transparent_shows_what_is_behind(tab: Tab) -> None:
    style = ["background:#000", "background:rgba(255, 255, 255, 0.5)", "color:#000"]
    tab.evaluate(
        f'document.body.innerHTML = \'<div style="{style[0]}"><div style="{style[1]}">'
        f'<p style="{style[2]}">a</p></div></div>\''
    )
    (found,) = tab.evaluate(CONTRAST)
    grey = ((127.5 / 255 + 0.055) / 1.055) ** 2.4
    assert found["contrast"] == pytest.approx((grey + 0.05) / 0.05, rel=0.02)


def test_squares_are_what_is_behind_their_numbers(tab: Tab) -> None:
    shapes = itertools.product(("#000", "#fff"), repeat=2)
    for square, ink in shapes:
        tab.evaluate(
            "document.body.innerHTML = '<svg width=100 height=100>"
            f'<path d="M0 0 H50 V50 H0 Z" style="fill:{square}"/>'
            f'<text x="20" y="25" style="fill:{ink}">a</text></svg>\''
        )
        (found,) = tab.evaluate(CONTRAST)
        assert found["contrast"] == pytest.approx(1.0 if square == ink else 21.0)
