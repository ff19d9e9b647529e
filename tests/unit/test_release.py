"""Releases: one version everywhere, and a tag that matches it."""

import importlib
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.paths import ROOT
from toolchain import docs

VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


@pytest.mark.parametrize("new", ["1.2.3", "1.2.3rc1"])
def test_make_docs_writes_the_version_of_pyproject_toml_to_every_file(
    new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make check` reports the files until then."""
    for page in docs.VERSIONED:
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / page, tmp_path / page)
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    pages = {page: docs.GENERATED[page] for page in docs.VERSIONED}
    monkeypatch.setattr(docs, "GENERATED", pages)
    for version in (VERSION, new):
        (tmp_path / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')
        outdated = [] if version == VERSION else list(docs.VERSIONED)
        assert [line.partition(":")[0] for line in docs.outdated_pages()] == outdated
        assert docs.main(["write"]) == 0
        for page in docs.VERSIONED:
            assert version in (tmp_path / page).read_text()
            assert version == VERSION or VERSION not in (tmp_path / page).read_text()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that `.ci/release check` reads, with a sample changelog."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "release", tmp_path / ".ci")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "example"\nversion = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Unreleased\n\n- New\n\n## [1.2.3] - 2026-01-01\n\n- Old\n\n## [1.2.2]\n"
    )
    return tmp_path


def release(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [clone / ".ci" / "release", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_tag_that_matches_the_version_passes(clone: Path) -> None:
    done = release(clone, "check", "v1.2.3")
    assert done.returncode == 0, done.stderr


def test_a_tag_that_differs_from_the_version_is_rejected(clone: Path) -> None:
    done = release(clone, "check", "v1.2.4")
    assert done.returncode == 1
    assert done.stderr == "error: the tag is v1.2.4, the version in pyproject.toml is 1.2.3\n"


def test_a_version_without_a_changelog_section_is_rejected(clone: Path) -> None:
    changelog = clone / "CHANGELOG.md"
    changelog.write_text(re.sub(r"- Old\n", "", changelog.read_text()))
    done = release(clone, "check", "v1.2.3")
    assert done.returncode == 1
    assert done.stderr == "error: CHANGELOG.md has no section about 1.2.3\n"


def test_invalid_arguments_print_the_usage(clone: Path) -> None:
    for arguments in ((), ("check",), ("build",), ("publish", "dist")):
        done = release(clone, *arguments)
        assert done.returncode == 2
        assert done.stderr == "usage: .ci/release check TAG | build FOLDER\n"


@pytest.mark.parametrize(
    "test", sorted((ROOT / "tests" / "package").glob("test_*.py")), ids=lambda path: path.stem
)
def test_the_package_tests_can_be_imported(test: Path) -> None:
    """Only the release runs them, so that a renamed helper would otherwise break it unnoticed."""
    importlib.import_module(f"tests.package.{test.stem}")
