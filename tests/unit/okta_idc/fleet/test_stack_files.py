"""The stack files that a fleet writes for its parts."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.fleet.stack_files import (
    CONFIG_FILE,
    Part,
    StackFileError,
    part_file,
    read_part,
    recorded_parts,
    stack_folder,
    write_part_files,
)
from okta_idc.settings.yaml_file import read_yaml

PROJECT = "okta-identity-center"
CORE = Path("Pulumi.prod.yaml")
PART = Part(core="prod", name="access-1")
SALTED = "encryptionsalt: v1:salt\nconfig:\n  okta:apiToken:\n    secure: v1:cipher\n"

scalars = st.one_of(
    st.text("abé€😀:#{}[],&*!|>'\"%@`- \t\n0123.eynoOx~", max_size=12),
    st.integers(), st.booleans(), st.none(),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abcdef", min_size=1), inner, max_size=3)
    ),
    max_leaves=6,
)
keys = st.builds(
    "{}{}".format,
    st.sampled_from(["okta:", "aws:", "pulumi:", f"{PROJECT}:", ""]),
    st.text("abcXYZ-_", min_size=1, max_size=8).filter(lambda key: key != "part"),
)


@given(
    st.dictionaries(keys, values, max_size=6),
    st.dictionaries(
        st.sampled_from(["encryptedkey", "secretsprovider"]), st.text("abc:/", min_size=1)
    ),
    st.lists(st.text("abc/", min_size=1), max_size=2),
)
def test_any_core_file_gives_a_part_with_the_same_provider_configuration(
    config: dict[str, Any], key: dict[str, str], environment: list[str]
) -> None:
    document = {**key, "environment": environment, "config": config}
    shown = part_file(yaml.safe_dump(document, allow_unicode=True), CORE, PROJECT, PART)
    assert shown.startswith("# Written by `okta-idc fleet` from Pulumi.prod.yaml.")
    expected = {
        name: value
        for name, value in config.items()
        if ":" in name and not name.startswith(f"{PROJECT}:")
    }
    named = {f"{PROJECT}:part": {"core": "prod", "name": "access-1"}}
    assert read_yaml(shown) == {**key, "environment": environment, "config": named | expected}


def test_the_order_of_the_keys_in_the_core_file_changes_nothing() -> None:
    one, other = (
        "config: {aws:region: x, okta:orgName: y}",
        "config: {okta:orgName: y, aws:region: x}",
    )
    assert part_file(one, CORE, PROJECT, PART) == part_file(other, CORE, PROJECT, PART)


@pytest.mark.parametrize("written", ["no", "012345670123", "1e3", "0x1F", "'5'", "~", "1_000"])
def test_a_value_stays_as_it_is_written(written: str) -> None:
    shown = part_file(f"config:\n  aws:region: {written}\n", CORE, PROJECT, PART)
    assert shown.endswith(f"  aws:region: {written}\n")


def test_values_of_anchors_and_merge_keys_are_in_the_part() -> None:
    text = "x: &all\n  aws:region: eu-west-1\nconfig:\n  <<: *all\n  okta:orgName: acme\n"
    config = read_yaml(part_file(text, CORE, PROJECT, PART))["config"]
    assert (config["aws:region"], config["okta:orgName"]) == ("eu-west-1", "acme")


def test_ciphertexts_and_their_key_are_copied_and_nothing_else_of_the_federation() -> None:
    text = f"{SALTED}  {PROJECT}:federation: {{push_groups: [a]}}\n  {PROJECT}:review: {{}}\n"
    document = read_yaml(part_file(text, CORE, PROJECT, PART))
    assert document["encryptionsalt"] == "v1:salt"
    assert document["config"].keys() == {f"{PROJECT}:part", "okta:apiToken"}


@pytest.mark.parametrize(
    "config",
    ["okta:apiToken: {secure: c}", "aws:assumeRoles: [{externalId: {secure: c}}]",
     f"{PROJECT}:federation: {{a: {{secure: c}}}}"],
)  # fmt: skip
@pytest.mark.parametrize("key", ["", "secretsprovider: default\n", "encryptionsalt: ''\n"])
def test_values_under_the_key_of_one_stack_in_pulumi_cloud_are_refused(
    config: str, key: str
) -> None:
    with pytest.raises(StackFileError, match="Pulumi Cloud") as raised:
        part_file(f"{key}config:\n  {config}\n", CORE, PROJECT, PART)
    for remedy in ("`environment:`", "passphrase --stack prod", "KMS"):
        assert remedy in str(raised.value)


def test_the_file_of_a_part_is_no_core_file() -> None:
    with pytest.raises(StackFileError, match="is a part of a fleet"):
        part_file(part_file(SALTED, CORE, PROJECT, PART), CORE, PROJECT, PART)


@pytest.mark.parametrize("text", ["config: [", "a: 1\na: 2\n"])
def test_an_unreadable_file_is_an_error_with_its_name(text: str) -> None:
    with pytest.raises(StackFileError, match=r"Pulumi\.prod\.yaml"):
        part_file(text, CORE, PROJECT, PART)


def test_files_are_written_only_when_they_differ(tmp_path: Path) -> None:
    (tmp_path / CORE).write_text(SALTED)
    first = write_part_files(tmp_path, PROJECT, "acme/x/prod", ["access-1", "push-a"])
    assert [path.name for path in first] == ["Pulumi.prod-access-1.yaml", "Pulumi.prod-push-a.yaml"]
    assert read_part(first[0], PROJECT) == PART
    assert write_part_files(tmp_path, PROJECT, "prod", ["access-1", "push-a"]) == []
    (tmp_path / CORE).write_text(SALTED + "  aws:region: eu-west-1\n")
    assert write_part_files(tmp_path, PROJECT, "prod", ["push-a"]) == [first[1]]
    assert recorded_parts(tmp_path, PROJECT, "prod") == ["access-1", "push-a"]
    assert {path.name for path in tmp_path.iterdir()} == {CORE.name, *(p.name for p in first)}


@pytest.mark.parametrize("text", ["config: {}\n", "config:\n  aws:region: x\n", ""])
def test_a_file_that_is_no_part_of_this_core_is_never_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / CORE).write_text(SALTED)
    other = tmp_path / "Pulumi.prod-access-1.yaml"
    for kept in (text, part_file(SALTED, CORE, PROJECT, Part(core="test", name="access-1"))):
        other.write_text(kept)
        with pytest.raises(StackFileError, match="is not a part of stack prod"):
            write_part_files(tmp_path, PROJECT, "prod", ["push-1", "access-1"])
        assert other.read_text() == kept
        assert not (tmp_path / "Pulumi.prod-push-1.yaml").exists()
    assert recorded_parts(tmp_path, PROJECT, "prod") == []


@pytest.mark.parametrize(
    ("given", "variable", "folder"),
    [
        ("name: kit", "", ""),
        ("name: kit\nstackConfigDir: stacks", "", "stacks"),
        ("name: kit\nstackConfigDir: stacks", "other/Pulumi.prod.yaml", "other"),
        (None, "", ""),
    ],
)
def test_stack_files_are_where_pulumi_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None, variable: str, folder: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if given is not None:
        (tmp_path / "Pulumi.yaml").write_text(given)
    environment = {CONFIG_FILE: variable} if variable else {}
    assert stack_folder(tmp_path, environment) == tmp_path / folder


@pytest.mark.parametrize("text", ["a: 1\na: 2", "<<<<<<< HEAD", "config: {{ value }}", ""])
def test_files_of_other_stacks_are_no_parts_whatever_they_contain(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "Pulumi.prod-blue.yaml").write_text(text)
    assert recorded_parts(tmp_path, PROJECT, "prod") == []
