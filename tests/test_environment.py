"""What is kept beside each result: versions without imports, the commit without failing, the fingerprint."""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import ganbench
from ganbench import environment


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("a")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_it_names_the_versions_that_are_installed() -> None:
    versions = environment.describe("cpu", 2).versions
    assert versions["ganbench"] == ganbench.__version__
    assert versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert all(versions[name] == metadata.version(name) for name in ("torch", "numpy", "scipy"))


def test_it_tells_device_threads_platform_and_processor() -> None:
    found = environment.describe("cuda:1", 3)
    assert (found.device, found.threads) == ("cuda:1", 3)
    assert found.notes["platform"]
    assert found.notes["cpu"]


def test_it_imports_no_torch() -> None:
    code = "import sys; from ganbench.environment import describe; describe('cpu', 1); print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert answer.stdout.strip() == "False"


def test_its_json_holds_every_field() -> None:
    found = environment.describe("cpu", 1)
    read = json.loads(json.dumps(environment.to_json(found)))
    assert type(found)(**read) == found


def test_a_package_that_is_not_there_is_said_to_be_so() -> None:
    assert environment.version("no-such-package-anywhere") == environment.ABSENT


VERSIONS = {
    "ganbench": "1",
    "torch": "2",
    "numpy": "3",
    "scipy": "4",
    "scikit-learn": "5",
    "torchvision": "6",
}
HERE = {"device": "cpu", "threads": 1, "commit": "abc", "cpu": "Xeon"}


@pytest.mark.parametrize("package", ["ganbench", "torch", "numpy", "scipy", "scikit-learn"])
def test_the_fingerprint_follows_the_versions_that_numbers_come_from(package: str) -> None:
    before = environment.fingerprint(VERSIONS, **HERE)
    assert before != environment.fingerprint(VERSIONS | {package: "9"}, **HERE)


@pytest.mark.parametrize(
    "change", [{"device": "cuda"}, {"threads": 2}, {"commit": "abd"}, {"commit": None}, {"cpu": "EPYC"}]
)
def test_the_fingerprint_follows_machine_and_commit(change: dict[str, object]) -> None:
    assert environment.fingerprint(VERSIONS, **HERE) != environment.fingerprint(VERSIONS, **HERE | change)


def test_the_fingerprint_ignores_what_cannot_change_numbers() -> None:
    one = environment.fingerprint(VERSIONS, **HERE | {"device": "cuda:0"})
    other = environment.fingerprint(VERSIONS | {"torchvision": "9"}, **HERE | {"device": "cuda:7"})
    assert one == other
    assert len(one) == 12


def test_the_commit_of_a_checkout_is_its_full_hash(checkout: Path) -> None:
    assert environment.commit(checkout) == git(checkout, "rev-parse", "HEAD")


def test_a_changed_checkout_is_called_dirty(checkout: Path) -> None:
    (checkout / "file").write_text("b")
    assert environment.commit(checkout) == git(checkout, "rev-parse", "HEAD") + "-dirty"


def test_a_tag_does_not_take_the_place_of_the_hash(checkout: Path) -> None:
    git(checkout, "tag", "-a", "v1", "-m", "v1")
    assert environment.commit(checkout) == git(checkout, "rev-parse", "HEAD")


def test_a_folder_below_a_checkout_has_no_commit_of_its_own(checkout: Path) -> None:
    (checkout / "site-packages").mkdir()
    assert environment.commit(checkout / "site-packages") is None


def test_no_checkout_and_an_empty_one_have_no_commit(tmp_path: Path) -> None:
    assert environment.commit(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert environment.commit(tmp_path) is None


def test_without_git_there_is_no_commit(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert environment.commit(checkout) is None


def test_a_git_that_hangs_or_breaks_is_no_obstacle(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for failure in (OSError("broken"), subprocess.TimeoutExpired("git", 20)):

        def fail(*_: object, failure: Exception = failure, **__: object) -> None:
            raise failure

        monkeypatch.setattr("subprocess.run", fail)
        assert environment.commit(checkout) is None
