"""What one program has read, for the programs after it."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.access_rules.directory import Directory
from okta_idc.access_rules.recorded import VARIABLE, RecordedDirectory
from tests.unit.okta_idc.access_rules.directory import ACCOUNTS, DEV1, DEV2, MemoryDirectory

READS: dict[str, Callable[[Directory], Any]] = {
    "accounts": lambda found: found.accounts(),
    "unit": lambda found: found.unit("Workloads/Dev"),
    "no unit": lambda found: found.unit("Nowhere"),
    "known units": lambda found: (found.unit("Workloads/Dev"), sorted(found.known_units())),
    "tags": lambda found: found.tags([DEV1, DEV2]),
    "fewer tags": lambda found: (found.tags([DEV1, DEV2]), found.tags([DEV2])),
    "groups": lambda found: list(found.groups(["aws-", "app_"])),
    "no groups": lambda found: list(found.groups([])),
}


def memory() -> MemoryDirectory:
    groups = ["aws-dev", "app_x", "other"]
    return MemoryDirectory(states={DEV2: "SUSPENDED"}, tagged={DEV1: {"env": "dev"}}, okta=groups)


def loaded(path: Path, source: Directory) -> RecordedDirectory:
    return RecordedDirectory.load(source, {VARIABLE: str(path)})


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_the_file_has_all_that_was_read(tmp_path: Path, read: Callable[[Directory], Any]) -> None:
    first, path = RecordedDirectory(memory()), tmp_path / "read"
    expected = read(memory())
    assert read(first) == expected
    first.save(path)
    later = MemoryDirectory(placed={})
    assert read(loaded(path, later)) == expected
    assert later.calls == []


def test_what_was_not_read_before_is_read(tmp_path: Path) -> None:
    RecordedDirectory(memory()).save(tmp_path / "read")
    source = memory()
    for read in READS.values():
        assert read(loaded(tmp_path / "read", source)) == read(memory())
    assert source.calls


@given(st.lists(st.sampled_from([*READS]), max_size=12))
def test_nothing_is_read_twice(names: list[str]) -> None:
    source = memory()
    found = RecordedDirectory(source)
    for name in names:
        READS[name](found)
    assert len(source.calls) == len(set(source.calls))


@pytest.mark.parametrize(
    "text",
    [
        None, "", "{", "[]", "1", "\udcff", "[" * 100_000, "{}", '{"writer": "x"}',
        '{"writer": WRITER, "accounts": {"1": null}}', '{"writer": WRITER, "groups": {"[]": null}}',
        '{"writer": WRITER, "units": {"a": [1]}}', '{"writer": WRITER, "tags": {"1": 1}}',
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_like_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        text = text.replace("WRITER", str(os.getpid()))
        (tmp_path / "read").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert set(loaded(tmp_path / "read", memory()).accounts()) == set(ACCOUNTS)
    assert set(RecordedDirectory.load(memory(), {}).accounts()) == set(ACCOUNTS)


def test_the_file_is_new_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "read"
    RecordedDirectory(memory()).save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        RecordedDirectory(memory()).save(path)


def test_the_file_counts_while_its_writer_runs(tmp_path: Path) -> None:
    first, path = RecordedDirectory(memory()), tmp_path / "read"
    first.accounts()
    first.save(path)
    with subprocess.Popen(["true"]) as ended:
        pass
    left = path.read_text().replace(f'"writer": {os.getpid()}', f'"writer": {ended.pid}')
    path.write_text(left)
    assert loaded(path, MemoryDirectory(placed={})).accounts() == {}


def test_accounts_are_made_once() -> None:
    found = RecordedDirectory(memory())
    assert found.accounts() is found.accounts()
