"""Reports: what the runs of results folders say, as pages, figures, tables and sentences. From files alone.

source.py     a results folder as it is read
section.py    runs that may be shown together: what is comparable, what is kept apart
cell.py       the runs of one cell, and its health
counts.py     how many runs are spoken of, in words; by_run.py evaluations taken apart by run
metric.py     the metric that cells are compared by, and which way is better
verdicts.py   cells against a reference, and every pair
axes.py       labels of an axis against its first, and the grids of numeric axes
tuning.py     the best of k settings; reach.py how far a numeric axis can be moved;
              costs.py runs that have spent the same; effort.py all three, in words
explanations.py  findings of failed and of healthy runs
stability.py  how a metric moved from evaluation to evaluation
landmarks.py  metrics of real samples, and of one mode alone
traces.py     signals over time: medians, bands, onsets
suspects.py   the failed runs that tell most
protocol.py   what runs have in common, what varies, how to make them again
plane.py      samples in the plane and D around them, as they were kept
truth.py      the true modes of data in the plane
scatter.py    a panel of both
canvas.py     figures: style, panels, files; the figures themselves are in
              health.py, outcomes.py, dynamics.py, profiles.py, contrasts.py, budget_figures.py, maps.py
              and histories.py
table.py      a table as HTML, LaTeX, Markdown and CSV; the tables themselves are in tables.py,
              budget_tables.py and run_tables.py
content.py    a section with its sentences, figures and tables
data.py       the numbers behind them, as Parquet
html.py       the pages
slug.py       names in file names
folder.py     the report's folder: nothing foreign is overwritten
build.py      from results folders to a report
compare.py    one difference: A against B
"""
