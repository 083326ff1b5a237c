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


RECORD = {
    "versions": {
        "ganbench": "1",
        "torch": "2",
        "numpy": "3",
        "scipy": "4",
        "scikit-learn": "5",
        "torchvision": "6",
        "python": "3.11.1",
    },
    "device": "cpu",
    "threads": 1,
    "commit": "abc",
    "source": "0a1b",
    "notes": {"cpu": "Xeon", "platform": "Linux"},
}


def hashed(**changes: object) -> str:
    return environment.fingerprint(environment.facts(RECORD | changes))


@pytest.mark.parametrize("package", ["ganbench", "torch", "numpy", "scipy", "scikit-learn"])
def test_the_fingerprint_follows_the_versions_that_numbers_come_from(package: str) -> None:
    assert hashed(versions=RECORD["versions"] | {package: "9"}) != hashed()


@pytest.mark.parametrize("change", [{"device": "cuda"}, {"threads": 2}, {"source": "0a1c"}])
def test_the_fingerprint_follows_device_threads_and_source(change: dict[str, object]) -> None:
    assert hashed(**change) != hashed()


@pytest.mark.parametrize(
    "change",
    [
        {"commit": "abd"},
        {"commit": "abc-dirty"},
        {"commit": None},
        {"notes": {"cpu": "EPYC", "platform": "Windows"}},
        {"versions": RECORD["versions"] | {"torchvision": "9", "python": "3.12.0"}},
    ],
)
def test_the_fingerprint_passes_over_the_commit_and_the_machine(change: dict[str, object]) -> None:
    assert hashed(**change) == hashed()
    assert len(hashed()) == 12


def test_two_devices_of_a_kind_are_one() -> None:
    assert hashed(device="cuda:0") == hashed(device="cuda:7") == hashed(device="cuda")


def test_the_fingerprint_of_a_run_is_that_of_its_facts() -> None:
    found = environment.describe("cpu", 1)
    assert found.fingerprint == environment.fingerprint(environment.facts(environment.to_json(found)))


def test_a_record_that_is_silent_is_unknown_in_every_fact() -> None:
    assert set(environment.facts({}).values()) == {environment.UNKNOWN}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """As ganbench: modules that make numbers, and others."""
    for name in ("gan/losses.py", "gan/networks/mlp.py", "seeding.py", "cli/run.py", "errors.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def source(package: Path) -> str:
    return environment.source.__wrapped__(package)


@pytest.mark.parametrize("name", ["gan/losses.py", "gan/networks/mlp.py", "seeding.py", "train/new.py"])
def test_the_source_follows_the_modules_that_numbers_come_from(package: Path, name: str) -> None:
    before = source(package)
    (package / name).parent.mkdir(exist_ok=True)
    (package / name).write_text("changed")
    assert source(package) != before


def test_the_source_follows_the_names_of_the_modules(package: Path) -> None:
    before = source(package)
    (package / "gan/losses.py").rename(package / "gan/penalties.py")
    assert source(package) != before


def test_the_source_passes_over_other_modules_other_files_and_line_ends(package: Path) -> None:
    (package / "gan/losses.py").write_bytes(b"a\nb\n")
    before = source(package)
    (package / "cli/run.py").write_text("changed")
    (package / "gan/losses.pyc").write_text("changed")
    (package / "gan/losses.py").write_bytes(b"a\r\nb\r\n")
    assert source(package) == before


def test_every_source_is_there() -> None:
    root = Path(ganbench.__file__).parent
    assert all((root / name).exists() for name in environment.SOURCES)


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
