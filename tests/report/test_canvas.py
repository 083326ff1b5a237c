"""Figures are the same bytes each time, with embedded fonts, and take the ink of the page they stand in."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest

from ganbench.report.canvas import (
    BLUE,
    FORMATS,
    INK,
    LINE,
    TALLEST,
    WIDTHS,
    Columns,
    Drawing,
    blank,
    panels,
    rows_of_cells,
    style,
    titled,
    unjudged,
)


def drawn(columns: Columns = 2) -> Drawing:
    with style():
        figure = panels(3, lambda index, axes: axes.set_title(f"panel {index}"), columns=columns)
        figure.axes[0].plot([0, 1], [0, 1], color=BLUE)
        return Drawing("one", 'A "title"', "caption", figure, columns)


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("height", [1.25, 1.85])
def test_panels_of_many_cells_fit_a_page(columns: Columns, height: float) -> None:
    for count in (1, 8, 16, 24):
        figure = panels(count, lambda *_: None, columns=columns, height=height)
        assert figure.get_figheight() <= TALLEST
        assert sum(axes.axison for axes in figure.axes) == count


def test_the_steps_before_which_nothing_is_judged_are_grey() -> None:
    first, second = blank(2, 2).subplots(1, 2)
    unjudged(first, 7500.0)
    unjudged(second, 0.0)
    (area,) = first.patches
    assert (area.get_x(), area.get_width()) == (0, 7500)
    assert not second.patches


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_figure_gives_the_same_bytes(form: str) -> None:
    assert drawn().file(form) == drawn().file(form)


@pytest.mark.parametrize("form", FORMATS)
def test_files_carry_no_date(form: str) -> None:
    assert not re.search(rb"CreationDate|<dc:date>|20\d\d-\d\d-\d\d", drawn().file(form))


def test_pdf_embeds_truetype_fonts_and_no_type_3() -> None:
    with mpl.rc_context({"pdf.compression": 0}):
        content = drawn().file("pdf")
    assert b"/FontFile2" in content
    assert b"/Type3" not in content


def test_svg_files_draw_their_text_as_outlines() -> None:
    assert b"<text" not in drawn().file("svg")


@pytest.mark.parametrize("columns", [1, 2])
def test_a_figure_has_the_width_of_its_columns(columns: Columns) -> None:
    width = drawn(columns).figure.get_size_inches()[0]
    assert width == WIDTHS[columns]


def test_inline_svg_is_text_in_the_ink_of_the_page() -> None:
    text = drawn().inline("p")
    assert "panel 1" in text
    assert "var(--ink)" in text
    assert "var(--blue)" in text
    assert INK not in text
    assert LINE not in text


def test_inline_ids_and_what_refers_to_them_have_the_prefix() -> None:
    text = drawn().inline("p")
    root = ET.fromstring(text)
    ids = {one.get("id") for one in root.iter() if one.get("id")}
    assert ids
    assert all(str(one).startswith("p-") for one in ids)
    assert set(re.findall(r'href="#([^"]+)"', text)) | set(re.findall(r"url\(#([^)]+)\)", text)) <= ids


def test_inline_svg_is_an_image_with_a_name_and_no_size_of_its_own() -> None:
    root = ET.fromstring(drawn().inline("p"))
    assert (root.get("role"), root.get("aria-label")) == ("img", 'A "title"')
    assert (root.get("width"), root.get("height")) == (None, None)


def test_the_users_settings_neither_matter_nor_change() -> None:
    plain = drawn().file("svg")
    with mpl.rc_context({"font.size": 30, "axes.grid": True}):
        assert drawn().file("svg") == plain
        assert mpl.rcParams["font.size"] == 30


def test_panels_that_are_left_over_are_blank() -> None:
    figure = drawn().figure
    assert [axes.axison for axes in figure.axes] == [True] * 3
    with style():
        five = panels(5, lambda index, axes: None, columns=2)
    assert [axes.axison for axes in five.axes] == [True] * 5 + [False] * 3


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("ring/hinge+r1", "ring/hinge+r1"),
        ("minimax/r1-0.3/discriminator-first", "minimax/r1-0.3/\ndiscriminator-first"),
        ("a$b$", r"a\$b\$"),
        ("one\ntwo", "one\ntwo"),
        ("a" * 60, "a" * 26 + "\n" + "a" * 25 + "…"),
    ],
)
def test_a_long_name_has_two_lines_and_is_cut_only_where_these_do_not_hold_it(name: str, title: str) -> None:
    assert titled(name) == title


def test_a_name_with_dollars_is_text_and_no_formula() -> None:
    with style():
        figure = panels(1, lambda index, axes: axes.set_title(titled(r"$\no formula$")), columns=1)
        text = Drawing("one", "title", "caption", figure, 1).inline("p")
    assert r"$\no formula$" in text


@pytest.mark.parametrize("columns", [1, 2])
def test_long_names_leave_room_for_the_rows(columns: Columns) -> None:
    with style():
        figure = blank(columns, 1.0)
        axes = figure.subplots()
        rows_of_cells(
            axes, ["non-saturating+r1-gamma-0.1+spectral-norm/three-generator-steps+averaging", "b"]
        )
        drawing = Drawing("one", "title", "caption", figure, columns)
    assert drawing.figure.axes[0].get_position().width > 0.25
