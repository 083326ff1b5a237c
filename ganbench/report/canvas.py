"""Figures: one style, panels, and files that are the same bytes each time."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Columns = Literal[1, 2]
Floats = NDArray[np.float64]

# Okabe and Ito 2008, jfly.uni-koeln.de/color: told apart with any common colour blindness.
BLUE: Final = "#0072b2"
ORANGE: Final = "#e69f00"
RED: Final = "#d55e00"

INK: Final = "#1f2328"
LINE: Final = "#c9ced6"
_OF_THE_PAGE: Final = {INK: "ink", LINE: "line", BLUE: "blue"}  # a page has its own, for light and dark

WIDTHS: Final[dict[Columns, float]] = {1: 3.35, 2: 6.9}  # inches, of a column and a page of a paper
TALLEST: Final = 8.5  # inches, that a page of a paper has for a figure and its caption
ROW: Final = 0.19  # inches, of a cell in a figure of many
SMALL: Final = 5.0  # points, of print where panels are close
FORMATS: Final = ("pdf", "svg", "png")
_METADATA: Final[dict[str, dict[str, Any]]] = {
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}
_STYLE: Final[dict[str, Any]] = {
    "figure.dpi": 100,
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "axes.titlesize": 7,
    "axes.labelsize": 7,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 6.5,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.1,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": LINE,
    "grid.linewidth": 0.5,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.hashsalt": "ganbench",
    "axes.unicode_minus": True,
    "path.simplify": True,
}


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure with its file name, title and caption. columns: of a paper, that it spans."""

    name: str
    title: str
    caption: str
    figure: Figure
    columns: Columns

    def __post_init__(self) -> None:
        # Laid out once, not again for every file.
        with style():
            self.figure.draw_without_rendering()
            self.figure.set_layout_engine("none")

    def file(self, form: str) -> bytes:
        """As pdf, svg or png: the same bytes for the same figure. Fonts are embedded, or drawn as outlines."""
        with style({"svg.fonttype": "path"}):
            return self._saved(form)

    def inline(self, prefix: str) -> str:
        """SVG for a page: its ids begin with `prefix`, its text is text, its ink is that of the page.

        Places are cut to hundredths of a point.
        """
        with style({"svg.fonttype": "none"}):
            text = self._saved("svg").decode()
        text = text[text.index("<svg") :]
        text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
        text = re.sub(r'\b[dxy]="[^"]*"', lambda place: re.sub(r"(\.\d\d)\d+", r"\1", place[0]), text)
        text = re.sub(r'\bid="', f'id="{prefix}-', text)
        text = re.sub(r'href="#', f'href="#{prefix}-', text).replace("url(#", f"url(#{prefix}-")
        for colour, name in _OF_THE_PAGE.items():
            text = text.replace(colour, f"var(--{name})")
        text = re.sub(r'<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", text, count=1)
        width = f"{WIDTHS[self.columns] * 96 * 1.3:.0f}px"
        role = f'role="img" aria-label="{_escaped(self.title)}"'
        label = f'{role} class="columns-{self.columns}" style="max-width: {width}"'
        return text.replace("<svg ", f"<svg {label} ", 1).strip()

    def _saved(self, form: str) -> bytes:
        made = io.BytesIO()
        extra: dict[str, Any] = {"dpi": 200, "facecolor": "white"} if form == "png" else {}
        self.figure.savefig(made, format=form, metadata=_METADATA[form], **extra)
        return made.getvalue()


@contextmanager
def style(changes: dict[str, Any] | None = None) -> Iterator[None]:
    """Matplotlib's settings inside, whatever the user has set; as before afterwards."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        settings: Any = _STYLE | (changes or {})
        mpl.rcParams.update(settings)
        yield


def blank(columns: Columns, height: float) -> Figure:
    """An empty figure of a column's or a page's width; height in inches, of which it has at most `TALLEST`."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTHS[columns], min(height, TALLEST)), layout="constrained")


def panels(
    count: int,
    draw: Callable[[int, Axes], None],
    *,
    columns: Columns,
    height: float = 1.25,
    share_y: bool = False,
) -> Figure:
    """Small multiples, row by row: `draw` fills the panel of a number. height: of a row, in inches; where a page is too
    short for so many rows they are fuller by one panel, and then lower.
    """
    usual = min(count, 2 * columns)
    across = usual + (0.25 + height * math.ceil(count / usual) > TALLEST)
    down = math.ceil(count / across)
    # One row alone also holds the label of the y axis, which else spans several.
    figure = blank(columns, 0.25 + height * down + (0.5 if down == 1 else 0))
    grid = figure.subplots(down, across, squeeze=False, sharex=False, sharey=share_y)
    for index, axes in enumerate(grid.flat):
        if index < count:
            draw(index, axes)
        else:
            axes.set_axis_off()
        if across > usual:
            axes.title.set_fontsize(0.9 * SMALL)
            axes.tick_params(labelsize=SMALL)
    return figure


def unjudged(axes: Axes, until: float) -> None:
    """A grey area over the steps before which nothing is judged."""
    if until > 0:
        axes.axvspan(0, until, color=LINE, alpha=0.35, linewidth=0, zorder=0)


def rows_of_cells(axes: Axes, names: Sequence[str]) -> None:
    """One row for each name, the first on top; long names on two lines, in smaller print."""
    figure = axes.get_figure(root=True)
    narrow = figure is not None and figure.get_figwidth() <= WIDTHS[1]
    labels = [titled(name, 26 if narrow else 44) for name in names]
    size = SMALL if any("\n" in label for label in labels) else None
    axes.set_yticks(range(len(names)), labels, fontsize=size, linespacing=1.15)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def titled(name: str, most: int = 26) -> str:
    """A name in a figure: on two lines where it is long, broken after a `/`; what is longer still is cut.

    A dollar sign is one, and begins no formula.
    """
    lines = name.split("\n") if "\n" in name else _broken(name, most)
    return "\n".join(line if len(line) <= most else f"{line[: most - 1]}…" for line in lines).replace(
        "$", r"\$"
    )


def _broken(name: str, most: int) -> Sequence[str]:
    if len(name) <= most:
        return [name]
    breaks = [index + 1 for index, character in enumerate(name) if character == "/"] or [most]
    middle = min(breaks, key=lambda index: max(index, len(name) - index))
    return name[:middle], name[middle:]


def plain_steps(axes: Axes) -> None:
    """Few ticks, in thousands where they are many."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x / 1000:g}k" if x >= 1000 else f"{x:g}"))


def share_over(
    axes: Axes,
    x: Floats,
    shares: Floats,
    band: tuple[Floats, Floats],
    *,
    until: float,
    stepwise: bool = False,
) -> None:
    """A share [T] of runs, in %, with a band around it. until: where the panel ends; stepwise: constant in between."""
    low, high = band
    axes.fill_between(
        x, 100 * low, 100 * high, step="post" if stepwise else None, color=BLUE, alpha=0.2, linewidth=0
    )
    axes.plot(x, 100 * shares, drawstyle="steps-post" if stepwise else "default", color=BLUE)
    axes.set(ylim=(-3, 103), xlim=(0, until))
    plain_steps(axes)


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry of a legend."""

    label: str
    marker: str
    colour: str
    hollow: bool = False


def marks(figure: Figure, *shown: Mark, size: float = 3.5) -> None:
    """A legend above all panels; size: of the marks, in points."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D(
            [],
            [],
            color=one.colour,
            markerfacecolor="none" if one.hollow else one.colour,
            marker=one.marker,
            linestyle="",
            markersize=size,
            label=one.label,
        )
        for one in shown
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
