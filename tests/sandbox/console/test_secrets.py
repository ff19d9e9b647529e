"""The pages of Secrets Manager, in the real process: the API has the secrets of the console."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import boto3
import pytest

from sandbox.org_file import load_org
from tests.sandbox.console.browser import Browser
from tests.sandbox_process import sandbox_process

AWS = load_org().aws
HOME = "/aws-console/secretsmanager"
SECRET = f"{HOME}/secret?name={quote(AWS.secret, safe='')}"
VALUE = "hidden-value-1"


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("sandbox")
    with sandbox_process(folder, "--identity-center", "new") as found:
        yield found


@pytest.fixture
def api(addresses: dict[str, Any]) -> Iterator[Any]:
    """Secrets Manager's API; the account has no secret before and after a test."""
    client = boto3.client(
        "secretsmanager", region_name=AWS.region, endpoint_url=addresses["aws"],
        aws_access_key_id="test", aws_secret_access_key="test",
    )  # fmt: skip
    assert client.list_secrets()["SecretList"] == []
    yield client
    for secret in client.list_secrets()["SecretList"]:
        client.delete_secret(SecretId=secret.get("Name", ""), ForceDeleteWithoutRecovery=True)


class Console(Browser):
    def post(self, path: str, *, status: int = 200, **fields: Any) -> str:
        return self.submit(f"{HOME}/new", path, status=status, **fields)

    def store(self, status: int = 200, **changes: Any) -> str:
        """Store the secret of a SCIM token with key/value pairs and tags."""
        fields: dict[str, Any] = {
            "name": AWS.secret, "description": "SCIM", "form": "pairs",
            "secret_key": ["endpoint", "", "token"],
            "secret_value": ["https://scim.example.com/", "", VALUE],
            "tag_key": ["expires", ""], "tag_value": ["2027-01-01", ""],
        }  # fmt: skip
        return self.post(HOME + "/new", status=status, **fields | changes)


@pytest.fixture
def console(addresses: dict[str, Any], api: Any) -> Console:
    return Console(addresses["okta"])


def stored(api: Any) -> str:
    return api.get_secret_value(SecretId=AWS.secret)["SecretString"]


def test_a_secret_is_stored_as_key_value_pairs(console: Console, api: Any) -> None:
    assert "No secrets." in console.get(HOME)
    listed = console.store()
    assert f">{AWS.secret}</a>" in listed
    assert json.loads(stored(api)) == {"endpoint": "https://scim.example.com/", "token": VALUE}
    described = api.describe_secret(SecretId=AWS.secret)
    assert described["Description"] == "SCIM"
    assert described["Tags"] == [{"Key": "expires", "Value": "2027-01-01"}]
    assert described["ARN"] in console.get(SECRET)
    assert "No matching secrets." in console.get(HOME + "?q=nothing")


def test_a_secret_is_stored_as_plaintext(console: Console, api: Any) -> None:
    console.store(form="plaintext", text='{\r\n  "token": "x"\r\n}')
    assert stored(api) == '{\n  "token": "x"\n}'


def test_the_value_is_shown_only_when_it_is_retrieved(console: Console, api: Any) -> None:
    console.store()
    for path in (HOME, SECRET, SECRET.replace("secret?", "secret/tags?"), HOME + "/new"):
        assert VALUE not in console.get(path)
    shown = console.post(SECRET)
    assert re.search(rf"<td>token</td><td[^>]*>{VALUE}</td>", shown)
    assert VALUE not in console.get(SECRET)
    # Without the form's secret, another page cannot retrieve it.
    refused = console.http.post(SECRET)
    assert (refused.status_code, VALUE in refused.text) == (403, False)


def test_a_new_value_becomes_the_current_version(console: Console, api: Any) -> None:
    console.store()
    edit = SECRET.replace("secret?", "secret/edit?")
    assert f'value="{VALUE}"' in console.post(edit)
    saved = console.post(
        SECRET.replace("secret?", "secret/save?"), form="pairs",
        secret_key=["endpoint", "token"], secret_value=["https://scim.example.com/", "new-value"],
    )  # fmt: skip
    assert "new-value" not in saved
    assert json.loads(stored(api))["token"] == "new-value"
    assert "AWSCURRENT" in saved
    assert "AWSPREVIOUS" in saved
    previous = api.get_secret_value(SecretId=AWS.secret, VersionStage="AWSPREVIOUS")
    assert json.loads(previous["SecretString"])["token"] == VALUE


def test_each_version_has_its_staging_labels(console: Console, api: Any) -> None:
    """A rotation stores the new token as AWSPENDING, and then moves AWSCURRENT to it."""
    console.store()
    api.put_secret_value(SecretId=AWS.secret, SecretString="next", VersionStages=["AWSPENDING"])

    def labels() -> list[str]:
        versions = console.get(SECRET).split("<h2>Versions</h2>")[1].split("</table>")[0]
        return re.findall(
            r"<tr><td>[0-9a-f-]{36}</td><td>(.*?)</td><td>\d{4}-\d\d-\d\d</td>", versions
        )

    assert labels() == ["AWSCURRENT", "AWSPENDING"]
    assert VALUE in console.post(SECRET)
    versions = api.list_secret_version_ids(SecretId=AWS.secret)["Versions"]
    old, new = (
        next(v["VersionId"] for v in versions if stage in v["VersionStages"])
        for stage in ("AWSCURRENT", "AWSPENDING")
    )
    api.update_secret_version_stage(
        SecretId=AWS.secret, VersionStage="AWSCURRENT", MoveToVersionId=new,
        RemoveFromVersionId=old,
    )  # fmt: skip
    assert labels() == ["AWSPREVIOUS", "AWSPENDING, AWSCURRENT"]
    assert ">\nnext</textarea>" in console.post(SECRET)


def test_tags_are_replaced(console: Console, api: Any) -> None:
    console.store()
    shown = console.post(
        SECRET.replace("secret?", "secret/tags?"), tag_key=["created"], tag_value=["2026-01-01"]
    )
    assert "<td>created</td><td>2026-01-01</td>" in shown
    assert api.describe_secret(SecretId=AWS.secret)["Tags"] == [
        {"Key": "created", "Value": "2026-01-01"}
    ]


def test_a_secret_of_the_api_is_shown_in_its_own_form(console: Console, api: Any) -> None:
    api.create_secret(Name="text", SecretString="not JSON")
    api.create_secret(Name="nested", SecretString='{"a": {"b": 1}}')
    api.create_secret(Name="numbers", SecretString='{"schema": 1}')
    assert ">\nnot JSON</textarea>" in console.post(f"{HOME}/secret?name=text")
    assert '{"a": {"b": 1}}</textarea>' in console.post(f"{HOME}/secret?name=nested")
    assert re.search(r"<td>schema</td><td[^>]*>1</td>", console.post(f"{HOME}/secret?name=numbers"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": ""}, "Secret name: use 1 to 512"),
        ({"name": "two words"}, "Secret name: use 1 to 512"),
        ({"secret_key": ["a", "a", "b"]}, "The key a is used twice."),
        ({"secret_key": ["", "", "b"]}, "Enter a key for each value."),
        ({"secret_key": [], "secret_value": []}, "Enter a value."),
        ({"form": "plaintext", "text": ""}, "Enter a value."),
        ({"form": "plaintext", "text": "x" * 65_537}, "more than 65536 bytes"),
        ({"tag_key": ["a", "a"], "tag_value": ["1", "2"]}, "The key a is used twice."),
    ],
)
def test_an_invalid_secret_is_not_stored(
    console: Console, api: Any, changes: dict[str, Any], expected: str
) -> None:
    page = console.store(status=400, **changes)
    assert expected in page
    assert VALUE not in page
    assert api.list_secrets()["SecretList"] == []


def test_a_name_is_used_once(console: Console, api: Any) -> None:
    console.store()
    assert f"the secret {AWS.secret} already exists" in console.store(status=400)
    assert console.http.get(f"{HOME}/secret?name=unknown").status_code == 404


def test_names_and_values_are_escaped(console: Console, api: Any) -> None:
    evil = "<script>alert(1)</script>"
    console.store(
        description=evil, secret_key=[evil], secret_value=[evil], tag_key=["t"], tag_value=[evil]
    )
    found = re.search(r'name="csrf" value="([^"]+)"', console.get(HOME + "/new"))
    assert found
    for path in (SECRET, SECRET.replace("secret?", "secret/edit?")):
        page = console.http.post(path, data={"csrf": found[1]}).text
        assert evil not in page
        assert "&lt;script&gt;" in page
    assert evil not in console.http.get(HOME).text
