"""Every column is documented, each by one entry."""

import pytest

from ganbench.store.schema import RUNS, TABLES, column, ordered


@pytest.mark.parametrize("table", TABLES)
def test_every_column_says_what_it_means(table: str) -> None:
    for documented in TABLES[table]:
        assert documented.meaning
        assert not documented.meaning.endswith(".")


@pytest.mark.parametrize("table", TABLES)
def test_no_column_is_hidden_behind_a_family_before_it(table: str) -> None:
    for documented in TABLES[table]:
        assert column(table, documented.name.replace("*", "x")) is documented


@pytest.mark.parametrize("table", TABLES)
def test_what_may_be_empty_says_when(table: str) -> None:
    for documented in TABLES[table]:
        if documented.nullable and documented.type != "number":
            assert "empty" in documented.meaning


@pytest.mark.parametrize(
    ("table", "name"),
    [("runs", "surprise"), ("runs", "axis"), ("windows", "loss"), ("windows", "loss.median")],
)
def test_a_column_nobody_documented_is_refused(table: str, name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' of table '{table}' is not documented"):
        column(table, name)


def test_an_axis_may_have_dots_and_brackets_in_its_name() -> None:
    assert column("runs", "axis.optimizers.generator.lr[0]").name == "axis.*"


def test_the_order_is_the_schemas_with_axes_and_metrics_in_theirs() -> None:
    names = ordered("runs", ["final.b", "seed", "axis.method", "final.a", "axis.data"])
    assert len(names) == len(set(names))
    assert names.index("axis.method") + 1 == names.index("axis.data")
    assert names.index("axis.data") < names.index("tier") < names.index("final.b") < names.index("final.a")
    assert {documented.name for documented in RUNS if not documented.family} <= set(names)
