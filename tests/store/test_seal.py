"""No changed bit of a sealed file goes unnoticed; a file without a seal is nobody's suspect."""

from __future__ import annotations

import tempfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.store.atomic import write_table
from ganbench.store.seal import BLANK, KEY, crc32_of, file_is_broken, is_broken, seal
from ganbench.store.tables import from_columns
from tests.store.example import windows

BYTES = st.binary(max_size=200).filter(lambda content: b"ganbench." not in content)
CONTENTS = st.tuples(BYTES, BYTES)


def sealed(content: bytes) -> bytes:
    """As a file is."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        seal(file)
        file.seek(0)
        return file.read()


@given(CONTENTS)
def test_what_was_sealed_is_whole_and_as_long_as_before(content: tuple[bytes, bytes]) -> None:
    blank = BLANK.encode().join(content)
    assert not is_broken(sealed(blank))
    assert len(sealed(blank)) == len(blank)


@given(CONTENTS, st.data())
def test_any_changed_bit_outside_the_mark_is_found(content: tuple[bytes, bytes], data: st.DataObject) -> None:
    whole = bytearray(sealed(BLANK.encode().join(content)))
    mark = range(len(content[0]), len(content[0]) + BLANK.index("=") + 1)
    index = data.draw(st.sampled_from([i for i in range(len(whole)) if i not in mark]))
    whole[index] ^= 1 << data.draw(st.integers(0, 7))
    assert is_broken(bytes(whole))


@given(BYTES, st.integers(1, 50), st.integers(0, 250))
def test_the_checksum_is_that_of_the_first_bytes_however_they_are_read(
    content: bytes, piece: int, length: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryFile() as file:
        patch.setattr("ganbench.store.seal._PIECE", piece)
        file.write(content)
        assert crc32_of(file) == zlib.crc32(content)
        assert crc32_of(file, length) == zlib.crc32(content[:length])


@given(BYTES)
def test_without_a_seal_nothing_is_said(content: bytes) -> None:
    assert not is_broken(content)


def test_where_the_mark_was_hit_the_key_tells() -> None:
    whole = sealed(f"{KEY} {BLANK}".encode())
    assert not is_broken(whole)
    assert is_broken(whole.replace(b"crc32", b"crc33"))


def test_sealing_needs_a_place() -> None:
    with pytest.raises(ValueError, match="no place"):
        sealed(b"no place")


@pytest.mark.parametrize("content", [b"", b"x", BLANK.encode(), sealed(BLANK.encode())])
def test_a_file_is_judged_as_its_content(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert file_is_broken(path) == is_broken(content)


def test_every_table_is_sealed_in_every_bit(tmp_path: Path) -> None:
    path = tmp_path / "windows.parquet"
    write_table(path, from_columns("windows", windows("a")))
    content = path.read_bytes()
    assert not is_broken(content)
    for index in range(0, len(content), 7):
        assert is_broken(content[:index] + bytes([content[index] ^ 4]) + content[index + 1 :])
