"""Which code a suite may name, and that none is run before it is asked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ganbench import registry
from ganbench.errors import PluginError
from ganbench.plugins import Plugins
from ganbench.registry import finding
from tests.plugins.example import GOOD, written

LOSS = "mine.py:non_saturating"


def refusal(plugins: Plugins, name: str = LOSS, source: str = "") -> str:
    with pytest.raises(PluginError) as caught:
        plugins.entry("loss", name, source)
    return caught.value.what


def test_a_file_beside_the_suite_is_found(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    assert Plugins(tmp_path).entry("loss", LOSS).name == LOSS


def test_a_file_below_the_suite_is_found(tmp_path: Path) -> None:
    written(tmp_path / "losses", GOOD)
    assert Plugins(tmp_path).entry("loss", f"losses/{LOSS}").options.model_fields.keys() == {"name", "source"}


@pytest.mark.parametrize("of", ["../mine.py", "sub/../../mine.py"])
def test_a_file_outside_the_folder_of_the_suite_is_refused(tmp_path: Path, of: str) -> None:
    written(tmp_path, GOOD)
    (tmp_path / "suites").mkdir()
    assert "outside the folder" in refusal(Plugins(tmp_path / "suites"), f"{of}:non_saturating")


def test_an_absolute_path_outside_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "elsewhere", GOOD)
    assert "outside the folder" in refusal(Plugins(tmp_path / "suites"), f"{path}:non_saturating")


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "elsewhere", GOOD)
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "mine.py").symlink_to(path)
    assert "outside the folder" in refusal(Plugins(tmp_path / "suites"))


def test_a_file_that_the_user_names_may_lie_anywhere_and_comes_first(tmp_path: Path) -> None:
    written(tmp_path, "raise RuntimeError")
    named = written(tmp_path / "elsewhere", GOOD)
    plugins = Plugins(tmp_path, [named])
    plugins.entry("loss", LOSS)
    assert [plug.code.file for plug in plugins.plugs] == [str(named)]


def test_of_two_files_of_one_name_the_one_with_the_whole_path_counts(tmp_path: Path) -> None:
    other = written(tmp_path / "b", "raise RuntimeError")
    named = written(tmp_path / "a", GOOD)
    plugins = Plugins(None, [other, named])
    plugins.entry("loss", f"a/{LOSS}")
    assert [plug.code.file for plug in plugins.plugs] == [str(named)]


def test_without_a_folder_only_named_files_are_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path)
    assert "--plugin FILE" in refusal(Plugins(None))


def test_nothing_is_loaded_where_code_is_not_allowed(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    assert "--no-plugins" in refusal(Plugins(tmp_path, allowed=False))


@pytest.mark.parametrize("name", ["shutil:rmtree", "os:system", "os.path:join"])
def test_functions_of_pythons_own_library_are_refused(name: str) -> None:
    assert "Python's own library" in refusal(Plugins(None), name)


@pytest.mark.parametrize("name", ["mine.py:", "mine.py:a-b", "a b:c", "pack-age:c", ":c"])
def test_a_name_that_names_nothing_is_refused(tmp_path: Path, name: str) -> None:
    written(tmp_path, GOOD)
    assert "names no object" in refusal(Plugins(tmp_path), name)


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    assert f"{tmp_path / 'mine.py'}: no such file" in refusal(Plugins(tmp_path))


def test_a_missing_object_says_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    assert "did you mean 'non_saturating'" in refusal(Plugins(tmp_path), "mine.py:non_saturatin")


def test_an_installed_module_is_imported_and_known_by_its_file() -> None:
    plugins = Plugins(None)
    found = plugins.entry("network", "torch.nn:Identity")
    assert found.load()(found.options.model_validate({"name": found.name}), 2, 2)(1) == 1
    (plug,) = plugins.plugs
    assert plug.code.file.endswith("linear.py")


def test_other_content_than_what_is_asked_for_is_refused(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    assert "another content" in refusal(Plugins(tmp_path), source="0123456789ab")


def test_what_is_about_to_be_run_is_said_once_for_each_file(tmp_path: Path) -> None:
    said: list[str] = []
    path = written(tmp_path, GOOD)
    plugins = Plugins(tmp_path, tell=said.append)
    plugins.entry("loss", LOSS)
    plugins.entry("loss", "mine.py:pairing")
    assert said == [f"running code of {path}"]


def test_a_postponed_entry_runs_nothing_and_takes_any_option(tmp_path: Path) -> None:
    written(tmp_path, "raise RuntimeError")
    wanted: set[tuple[str, str]] = set()
    found = Plugins(tmp_path).postponed(wanted)("loss", LOSS, "")
    assert found.options.model_validate({"name": LOSS, "anything": {"goes": 1}})
    assert wanted == {("loss", LOSS)}


def test_the_same_name_with_two_contents_is_two_entries(tmp_path: Path) -> None:
    entries = []
    for value in (1.0, 2.0):
        text = f"def pull(real, fake):\n    return (fake - real).mean(), -{value} * fake.mean()\n"
        written(tmp_path, text)
        plugins = Plugins(tmp_path)
        with finding(plugins.entry):
            entries.append(registry.entry("loss", "mine.py:pull"))
    first, second = (entry.options.model_validate({"name": entry.name}) for entry in entries)
    assert first != second
    assert registry.entry("loss", first.name, source=first.source) is entries[0]
    assert registry.entry("loss", second.name, source=second.source) is entries[1]


def test_code_that_was_not_loaded_is_no_component() -> None:
    with pytest.raises(PluginError, match="not loaded"):
        registry.entry("loss", "nowhere.py:loss")


def test_a_file_is_a_module_of_its_own_for_each_content(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    plugins = Plugins(tmp_path)
    plugins.entry("loss", LOSS)
    (plug,) = plugins.plugs
    assert f"ganbench_plugin_mine_{plug.code.digest}" in sys.modules
    assert "mine" not in sys.modules
