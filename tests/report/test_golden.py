"""One table of a report, letter by letter, in its three forms."""

from __future__ import annotations

import pytest

from ganbench.report import tables
from ganbench.report.verdicts import against_reference
from tests.report.results import section_of, write

CAPTION = (
    "Failure rates against ring/plain on ring: difference with Newcombe's 95 % interval, Boschloo's test (Fisher's where "
    "the runs of both, multiplied, exceed 10,000), Holm over 2 comparisons; better, worse and same by a margin of 20 points."
)
TEX = r"""% needs \usepackage{booktabs}
\begin{table*}
  \centering
  \caption{CAPTION}
  \label{tab:comparisons-ring}
  \footnotesize\setlength{\tabcolsep}{3pt}
  \begin{tabular}{lrrrrrrrl}
    \toprule
    cell & failed & of & \shortstack[r]{reference \\ failed} & of & \shortstack[r]{difference, \\ points} & 95 \% interval & p (Holm) & verdict \\
    \midrule
    ring/r1 & 0 & 10 & 9 & 10 & $-$90 & [$-$98, $-$49] & \textless{} 0.0001 & better \\
    ring/half & 5 & 10 & 9 & 10 & $-$40 & [$-$68, 0] & 0.062 & cannot tell \\
    \bottomrule
  \end{tabular}
\end{table*}
""".replace("CAPTION", CAPTION.replace("%", r"\%"))
MD = f"""| cell | failed | of | reference failed | of  | difference, points | 95 % interval | p (Holm) | verdict |
|---|--:|--:|--:|--:|--:|--:|--:|---|
| ring/r1 | 0 | 10 | 9 | 10 | -90 | [-98, -49] | < 0.0001 | better |
| ring/half | 5 | 10 | 9 | 10 | -40 | [-68, 0] | 0.062 | cannot tell |

{CAPTION}
"""
CSV_HEAD = 'cell,failed,of,reference failed,of ,"difference, points",95 % interval: low,95 % interval: high,p (Holm),verdict'
CSV_NUMBERS = [
    ("ring/r1", [0, 10, 9, 10, -90, -98.21237869, -48.82577338, 8.009869231e-05], "better"),
    ("ring/half", [5, 10, 9, 10, -40, -67.59121533, 0.2356109392247896, 0.06230961373], "cannot tell"),
]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> tables.Table:
    (arena,) = section_of(write(tmp_path_factory.mktemp("results"))).arenas
    return tables.comparisons(arena, against_reference(arena))


@pytest.mark.parametrize(("form", "golden"), [("tex", TEX), ("md", MD)])
def test_text(table: tables.Table, form: str, golden: str) -> None:
    assert table.file(form).decode() == golden


def test_csv(table: tables.Table) -> None:
    head, *rows = table.file("csv").decode().splitlines()
    assert head == CSV_HEAD
    for row, (cell, numbers, word) in zip(rows, CSV_NUMBERS, strict=True):
        first, *middle, last = row.split(",")
        assert (first, last) == (cell, word)
        # The last digits are those of a library's search for the p-value.
        assert [float(one) for one in middle] == pytest.approx(numbers, rel=1e-8, abs=1e-12)
