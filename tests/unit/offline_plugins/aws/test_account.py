"""The plugin connects only to loopback, with configured credentials, and reports clear errors."""

import json
import os
import re
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3.util import parse_url

from offline_plugins.aws import service
from offline_plugins.aws.account import Account
from offline_plugins.provider import ProviderError
from tests.unit.offline_plugins.aws.conftest import (
    KEYS,
    SERVICES,
    CallError,
    Engine,
    Scripted,
    client,
    config,
)

LOCAL = {"127.0.0.1", "localhost", "::1", "[::1]"}
URL = "http://127.0.0.1:1"
GROUPS = "aws:identitystore/getGroups:getGroups"
INSTANCES = "aws:ssoadmin/getInstances:getInstances"
VERSION = "aws:secretsmanager/getSecretVersion:getSecretVersion"


def endpoints(**named: Any) -> str:
    return json.dumps([named])


@pytest.mark.parametrize(
    "url",
    [
        "https://sts.us-east-1.amazonaws.com",
        "https://sts.us-east-1.amazonaws.com:443/127.0.0.1",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "http://example.com\\@127.0.0.1",
        "http://10.0.0.1:8411",
        "http://0.0.0.0:8411",
        "http://[::]:8411",
        "http://169.254.169.254",
        "http://2130706433:8411",
        "ftp://127.0.0.1",
        "127.0.0.1:8411",
        "http://127.0.0.1:8411?x=1",
        "http://127.0.0.1:8411\n",
        7,
    ],
)
def test_an_endpoint_off_loopback_is_rejected_before_any_request(engine: Engine, url: Any) -> None:
    given = config(URL, endpoints=endpoints(secretsmanager=URL, sts=url))
    with pytest.raises(CallError, match=r"aws:endpoints\.sts is .*, but this plugin connects"):
        engine.configure(given)
    with pytest.raises(CallError, match="not configured"):
        engine.invoke(INSTANCES)


def test_an_unused_endpoint_must_be_on_loopback(engine: Engine) -> None:
    with pytest.raises(CallError, match=r"aws:endpoints\.s3 is .https://s3"):
        engine.configure(config(URL, endpoints=endpoints(s3="https://s3.amazonaws.com")))


def test_the_error_names_the_next_step_and_no_password(engine: Engine) -> None:
    given = config(URL, endpoints=endpoints(sts="https://me:PASSWORD@example.com/"))
    with pytest.raises(CallError, match="pulumi plugin install resource aws") as caught:
        engine.configure(given)
    assert "PASSWORD" not in str(caught.value)
    assert "https://example.com/" in str(caught.value)


@pytest.mark.parametrize("host", ["http://127.0.0.1:8411", "https://localhost", "http://[::1]:1/"])
def test_loopback_is_accepted(engine: Engine, host: str) -> None:
    engine.configure(config(host))


odd = st.text(st.sampled_from("127.0.0.1:/\\@#?%[] \t\nhtplocaexmx"), max_size=30)
pieces = st.sampled_from(
    ["127.0.0.1", "localhost", "[::1]", "@", "\\", "/", "?", "#", ":80", "example.com", "%40", " "]
)


@given(st.one_of(odd, st.lists(pieces, max_size=6).map("".join)).map("http://".__add__))
@example("http://example.com\\@127.0.0.1")
@example("http://127.0.0.1\\@example.com")
def test_an_accepted_url_is_loopback_for_every_parser(url: str) -> None:
    try:
        Account({**config(URL), "endpoints": endpoints(sts=url)})
    except ProviderError:
        return
    assert urlsplit(url).hostname in LOCAL
    assert parse_url(url).host in LOCAL


@given(st.one_of(st.text(), st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(
    json.dumps), st.dictionaries(st.text(), st.text()).map(json.dumps)))  # fmt: skip
def test_invalid_endpoints_are_a_readable_error(text: str) -> None:
    with pytest.raises(ProviderError, match="aws:endpoints"):
        Account({**config(URL), "endpoints": text}).service("sts")


@pytest.mark.parametrize("name", ["cloudwatchevents", "eventbridge", "events"])
def test_every_name_of_eventbridge_sets_its_endpoint(
    engine: Engine, scripted: Scripted, name: str
) -> None:
    engine.configure(config(URL, endpoints=endpoints(**{name: scripted.url})))
    scripted.answer = lambda _operation, _body: (400, {"__type": "AccessDeniedException"})
    rule = "aws:cloudwatch/eventRule:EventRule"
    with pytest.raises(CallError, match="AccessDeniedException"):
        engine.read(rule, "name", {"name": "name"}, {"name": "name"})
    assert [operation for operation, _ in scripted.requests] == ["DescribeRule"]


@pytest.mark.parametrize("service", ["identitystore", "ssoadmin"])
def test_a_service_without_an_endpoint_is_not_called(
    engine: Engine, scripted: Scripted, service: str
) -> None:
    named = {name: scripted.url for name in ("identitystore", "ssoadmin") if name != service}
    engine.configure(config(URL, endpoints=endpoints(**named)))
    token, args = (INSTANCES, {}) if service == "ssoadmin" else (GROUPS, {"identityStoreId": "d-1"})
    with pytest.raises(CallError, match=f"aws:endpoints has no {service}. This is the replacem"):
        engine.invoke(token, **args)
    assert scripted.requests == []


@pytest.mark.parametrize(
    ("missing", "error"),
    [("region", "aws:region is not set"), ("accessKey", "not both set"),
     ("secretKey", "not both set")],
)  # fmt: skip
def test_missing_settings_are_not_read_from_the_environment(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, missing: str, error: str
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "FROMTHEENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "from-the-environment")
    with pytest.raises(CallError, match=error):
        engine.configure(config(URL, **{missing: None}))


def test_the_users_environment_and_home_have_no_effect(
    engine: Engine, scripted: Scripted, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[broken\n")
    hostile = {
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "FROMTHEENVIRONMENT",
        "AWS_SECRET_ACCESS_KEY": "from-the-environment",
        "AWS_SESSION_TOKEN": "from-the-environment",
        "AWS_PROFILE": "not-there",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_SSO_ADMIN": "http://127.0.0.1:9",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "AWS_MAX_ATTEMPTS": "many",
        "AWS_RETRY_MODE": "bogus",
        "AWS_DATA_PATH": "/nowhere",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    scripted.answer = lambda _operation, _body: {"Instances": []}
    engine.configure(config(scripted.url))
    engine.invoke(INSTANCES)
    (headers,) = scripted.headers
    assert f"Credential={KEYS['accessKey']}/" in headers["Authorization"]
    assert "/us-east-1/sso/aws4_request" in headers["Authorization"]
    assert "X-Amz-Security-Token" not in headers


def test_a_lookup_is_signed_for_its_region(at_scripted: Engine, scripted: Scripted) -> None:
    scripted.answer = lambda _operation, _body: {"Instances": []}
    for region in ("eu-west-1", "", "eu-west-1"):
        at_scripted.invoke(INSTANCES, region=region)
    signed = [h["Authorization"].split("Credential=")[1].split("/")[2] for h in scripted.headers]
    assert signed == ["eu-west-1", "us-east-1", "eu-west-1"]


def test_a_session_token_is_sent(engine: Engine, scripted: Scripted) -> None:
    scripted.answer = lambda _operation, _body: {"Instances": []}
    engine.configure(config(scripted.url, token="configured-token"))
    engine.invoke(INSTANCES)
    assert scripted.headers[0]["X-Amz-Security-Token"] == "configured-token"


def test_an_assumed_role_signs_later_calls(aws: str, scripted: Scripted, engine: Engine) -> None:
    role = "arn:aws:iam::210987654321:role/reader"
    services = dict.fromkeys(SERVICES, scripted.url) | {"sts": aws}
    scripted.answer = lambda _operation, _body: {"Instances": []}
    engine.configure(
        config(aws, endpoints=json.dumps([services]), assumeRoles=json.dumps([{"roleArn": role}]))
    )
    engine.invoke(INSTANCES)
    assert "Credential=ASIA" in scripted.headers[0]["Authorization"]
    assert scripted.headers[0]["X-Amz-Security-Token"]


@pytest.mark.parametrize("given", ["[{}]", "{", "[7]"])
def test_malformed_roles_are_rejected(engine: Engine, given: str) -> None:
    with pytest.raises(CallError, match="aws:assumeRoles is not a list of maps"):
        engine.configure(config("http://127.0.0.1:1", assumeRoles=given))


@pytest.mark.parametrize(
    ("token", "args", "error"),
    [
        (VERSION, {"secretId": ""}, "Invalid length for parameter SecretId"),
        (VERSION, {"secretId": 7}, "Invalid type for parameter SecretId"),
        (GROUPS, {"identityStoreId": {"a": "b"}}, "Invalid type for parameter IdentityStoreId"),
        (
            "aws:secretsmanager/getSecrets:getSecrets",
            {"filters": [{"values": [3]}]},
            "Filters.0..Key",
        ),
    ],
)
def test_invalid_parameters_are_rejected_before_any_request(
    at_scripted: Engine, scripted: Scripted, token: str, args: dict[str, Any], error: str
) -> None:
    with pytest.raises(CallError, match=error):
        at_scripted.invoke(token, **args)
    assert scripted.requests == []


@pytest.mark.parametrize(
    ("token", "args", "error"),
    [
        (VERSION, {}, r"Missing required argument.*\(secretId\)"),
        (GROUPS, {"region": "us-east-1"}, r"Missing required argument.*\(identityStoreId\)"),
        (VERSION, {"secretId": "a", "secretID": "b"}, r"Invalid or unknown key.*\(secretID\)"),
        (INSTANCES, {"name": "b"}, r"Invalid or unknown key.*\(name\)"),
    ],
)
def test_unknown_arguments_are_named(
    at_scripted: Engine, scripted: Scripted, token: str, args: dict[str, Any], error: str
) -> None:
    with pytest.raises(CallError, match=error):
        at_scripted.invoke(token, **args)
    assert scripted.requests == []


@pytest.mark.parametrize("name", ["missing", "deleted"])
def test_a_missing_secret_is_an_error(connected: Engine, aws: str, name: str) -> None:
    if name == "deleted":
        client(aws, "secretsmanager").create_secret(Name=name, SecretString="GONE-VALUE")
        client(aws, "secretsmanager").delete_secret(SecretId=name)
    with pytest.raises(CallError) as caught:
        connected.invoke(VERSION, secretId=name)
    assert str(caught.value) == (
        f"UNKNOWN: invoking {VERSION}: 1 error occurred:\n\t* reading Secrets Manager Secret "
        f"Version ({name}|AWSCURRENT): couldn't find resource\n\n"
    )
    with pytest.raises(CallError, match=rf"Secret \({name}\): couldn't find resource"):
        connected.invoke("aws:secretsmanager/getSecret:getSecret", name=name)


def test_an_error_has_the_code_and_message_of_aws(at_scripted: Engine, scripted: Scripted) -> None:
    error = {"__type": "AccessDeniedException", "Message": "You may not."}
    scripted.answer = lambda _operation, _body: (400, error)
    with pytest.raises(CallError) as caught:
        at_scripted.invoke(GROUPS, identityStoreId="d-1")
    assert str(caught.value) == (
        "UNKNOWN: listing IdentityStore Groups: operation error identitystore: ListGroups, https "
        "response error StatusCode: 400, RequestID: , AccessDeniedException: You may not."
    )
    with pytest.raises(CallError, match=r"Secrets Manager: GetSecretValue, .*, api error Access"):
        at_scripted.invoke(VERSION, secretId="a")
    assert len(scripted.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        (400, {"__type": "InvalidRequestException", "Message": "no"}),
        (500, b"<html>" + b"x" * 9000),
        (400, {"__type": "InvalidRequestException", "Message": "x" * 9000}),
        (200, b"not json at all: THE-VALUE"),
        (200, {"SecretString": "THE-VALUE", "CreatedDate": "not a date"}),
        (200, {"SecretString": "THE-VALUE"}),
    ],
)
def test_no_error_contains_a_key_or_a_value(
    at_scripted: Engine, scripted: Scripted, answer: Any
) -> None:
    scripted.answer = lambda _operation, _body: answer
    with pytest.raises(CallError) as caught:
        at_scripted.invoke(VERSION, secretId="name")
    error = str(caught.value)
    assert not any(hidden in error for hidden in ("THE-VALUE", *KEYS.values()))
    assert len(error) < 1000


CONFLICT = (400, {"__type": "ConflictException", "message": "oops"})


@pytest.mark.parametrize(
    ("given", "attempts"), [(None, 25), ("0", 25), ("1", 1), ("2", 2), ("30", 30)]
)
@pytest.mark.parametrize(
    "answer",
    [
        CONFLICT,
        (400, {"__type": "ThrottlingException", "message": "oops"}),
        (500, {"message": "oops"}),
    ],
)
def test_a_call_is_attempted_as_often_as_max_retries_says(
    engine: Engine, scripted: Scripted, monkeypatch: pytest.MonkeyPatch, given: str | None,
    attempts: int, answer: Any,
) -> None:  # fmt: skip
    monkeypatch.setattr(service, "PAUSE_SECONDS", 0.0)
    engine.configure(config(scripted.url, maxRetries=given))
    scripted.answer = lambda _operation, _body: answer
    with pytest.raises(CallError) as caught:
        engine.invoke(INSTANCES)
    assert (
        "operation error SSO Admin: ListInstances, exceeded maximum number of attempts, "
        f"{attempts}, https response error StatusCode: {answer[0]}"
    ) in str(caught.value)
    assert "oops" in str(caught.value)
    assert len(scripted.requests) == attempts


@pytest.mark.parametrize(("given", "attempts"), [(None, 10), ("3", 3), ("30", 10)])
def test_a_call_without_a_response_is_attempted_at_most_ten_times(
    engine: Engine, scripted: Scripted, given: str | None, attempts: int
) -> None:
    engine.configure(config(scripted.url, maxRetries=given))
    scripted.answer = lambda _operation, _body: None
    with pytest.raises(CallError, match=r"ListInstances, .*Fix: start the sandbox"):
        engine.invoke(INSTANCES)
    assert len(scripted.requests) == attempts


def test_a_call_is_repeated_until_it_succeeds(at_scripted: Engine, scripted: Scripted) -> None:
    scripted.answer = lambda _operation, _body: (
        CONFLICT if len(scripted.requests) < 4 else {"Instances": []}
    )
    assert at_scripted.invoke(INSTANCES)["arns"] == []
    assert len(scripted.requests) == 4


def test_only_the_failed_page_of_a_list_is_read_again(
    at_scripted: Engine, scripted: Scripted
) -> None:
    def answer(_operation: str, body: dict[str, Any]) -> Any:
        if "NextToken" not in body:
            return {"Instances": [], "NextToken": "second"}
        return CONFLICT if len(scripted.requests) < 4 else {"Instances": []}

    scripted.answer = answer
    assert at_scripted.invoke(INSTANCES)["arns"] == []
    assert [body.get("NextToken") for _, body in scripted.requests] == [None, *["second"] * 3]


def test_a_conflict_of_another_service_is_not_retried(
    at_scripted: Engine, scripted: Scripted
) -> None:
    scripted.answer = lambda _operation, _body: CONFLICT
    with pytest.raises(CallError) as caught:
        at_scripted.invoke(GROUPS, identityStoreId="d-1")
    assert "exceeded" not in str(caught.value)
    assert len(scripted.requests) == 1


@pytest.mark.parametrize("given", ["-1", "2.5", "many", "[]"])
def test_invalid_max_retries_are_rejected(engine: Engine, given: str) -> None:
    with pytest.raises(CallError, match=rf"aws:maxRetries is '{re.escape(given)}', not a whole"):
        engine.configure(config("http://127.0.0.1:1", maxRetries=given))


def test_a_stopped_sandbox_is_reported_without_waiting(engine: Engine) -> None:
    with socket.socket() as accepted:
        accepted.bind(("127.0.0.1", 0))  # bound but not listening: the connection is refused
        engine.configure(config(f"http://127.0.0.1:{accepted.getsockname()[1]}"))
        with pytest.raises(CallError, match=r"Could not connect.*Fix: start the sandbox"):
            engine.invoke(INSTANCES)


def test_the_plugin_does_not_change_the_environment(
    at_scripted: Engine, scripted: Scripted
) -> None:
    before = dict(os.environ)
    scripted.answer = lambda _operation, _body: {"Instances": []}
    at_scripted.invoke(INSTANCES)
    assert dict(os.environ) == before
