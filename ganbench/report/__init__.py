"""Reports: what the runs of results folders say, as pages, figures, tables and sentences. From files alone.

source.py     a results folder as it is read
section.py    runs that may be shown together: what is comparable, what is kept apart
cell.py       the runs of one cell, and its health
metric.py     the metric that cells are compared by, and which way is better
verdicts.py   cells against a reference, and every pair
axes.py       labels of an axis against its first, and the grids of numeric axes
traces.py     signals over time: medians, bands, onsets
suspects.py   the failed runs that tell most
protocol.py   what runs have in common, what varies, how to make them again
canvas.py     figures: style, panels, files; the figures themselves are in
              outcomes.py, dynamics.py, contrasts.py, maps.py and histories.py
table.py      a table as HTML, LaTeX, Markdown and CSV; the tables themselves are in tables.py
content.py    a section with its sentences, figures and tables
data.py       the numbers behind them, as Parquet
html.py       the pages
slug.py       names in file names
folder.py     the report's folder: nothing foreign is overwritten
build.py      from results folders to a report
compare.py    one difference: A against B
"""
