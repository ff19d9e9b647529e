"""The settings in a file that the stack file names."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.settings import SettingsError, federation_in, read_value


def test_settings_in_the_stack_file_are_returned_as_they_are(tmp_path: Path) -> None:
    for raw in ({"app": {}}, None, 3, ["x"]):
        assert federation_in(raw, tmp_path) == raw


def test_a_named_file_is_read_from_the_project_folder(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "prod.yaml").write_text("scim_token: {secret: s}\n")
    assert federation_in("conf/prod.yaml", tmp_path) == {"scim_token": {"secret": "s"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "names the file 'prod.yaml', which cannot be read: No such file"),
        (b"a: [", "which is not valid YAML"),
        (b"\xff\xfe\x00", "which is not a text file"),
        (b"a: 1\na: 2\n", "the key 'a' is at line 1 and at line 2"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_with_its_name(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "prod.yaml").write_bytes(content)
    with pytest.raises(SettingsError, match=message) as raised:
        federation_in("prod.yaml", tmp_path)
    assert "federation: names the file 'prod.yaml'" in str(raised.value)


@given(st.text())
def test_any_text_is_a_name_and_any_failure_a_settings_error(name: str) -> None:
    with suppress(SettingsError):
        federation_in(name, Path("/nonexistent"))


def test_a_value_of_the_configuration_is_json_or_text() -> None:
    assert read_value('{"a": [1]}') == {"a": [1]}
    assert read_value("federation.prod.yaml") == "federation.prod.yaml"
