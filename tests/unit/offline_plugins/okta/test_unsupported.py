"""docs/reference/offline-plugins.md lists the parts of the SDK that are not supported."""

import inspect
import re
from importlib import import_module
from importlib.metadata import version
from typing import Any

import pulumi_okta
import pytest

from components._lookup_errors import LOOKUPS
from offline_plugins.okta.config import SUPPORTED_SETTINGS
from offline_plugins.okta.lookups import LOOK_UPS
from offline_plugins.okta.plugin import RESOURCES
from tests.paths import ROOT
from tests.unit.offline_plugins.okta.conftest import Engine

PAGE = (ROOT / "docs" / "reference" / "offline-plugins.md").read_text(encoding="utf-8")
OKTA = PAGE.split("\n## Okta\n")[1].split("\n## ")[0]


def rows(heading: str) -> list[list[list[str]]]:
    """The code spans in each cell of the table with this heading in the first column."""
    lines = OKTA.split(f"\n| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    return [[re.findall(r"`([^`]+)`", c) for c in line.split("|")[1:-1]] for line in lines]


UNSUPPORTED = [row[0][0] for row in rows("unsupported")]
UNSUPPORTED_INPUTS = {row[0][0]: row[1] for row in rows("resource")}
UNSUPPORTED_ARGUMENTS = {row[0][0]: row[1] for row in rows("lookup")}
OTHER_SETTINGS = [name for row in rows("setting") for name in row[0]]


def camel(snake: str) -> str:
    first, *rest = snake.split("_")
    return first + "".join(word.title() for word in rest)


def snake(camel: str) -> str:
    return re.sub(r"(?<=.)([A-Z])", lambda m: f"_{m[1].lower()}", camel)


def home(token: str) -> Any:
    module = token.split(":")[1].split("/")[0]
    return pulumi_okta if module == "index" else import_module(f"pulumi_okta.{module}")


def is_lookup(token: str) -> bool:
    return token.rsplit(":", 1)[1].startswith("get")


def sdk_inputs(token: str) -> set[str]:
    """The inputs of the SDK, with `a.b` for the member `b` of `a`."""

    def within(args: Any, prefix: str) -> set[str]:
        found: set[str] = set()
        for name, parameter in inspect.signature(args.__init__).parameters.items():
            if name in ("self", "__self__"):
                continue
            found.add(f"{prefix}{camel(name)}")
            for kind in set(re.findall(r"ForwardRef\('(\w+Args)'\)", str(parameter.annotation))):
                found |= within(getattr(home(token), kind), f"{prefix}{camel(name)}.")
        return found

    return within(getattr(home(token), f"{token.rsplit(':', 1)[1]}Args"), "")


def sdk_arguments(token: str) -> set[str]:
    function = getattr(home(token), snake(token.rsplit(":", 1)[1]))
    return {camel(name) for name in inspect.signature(function).parameters} - {"opts"}


def test_the_page_lists_the_supported_resources_and_lookups() -> None:
    assert sorted(RESOURCES) == list(UNSUPPORTED_INPUTS)
    assert sorted(LOOK_UPS) == list(UNSUPPORTED_ARGUMENTS)


@pytest.mark.parametrize("token", sorted(RESOURCES))
def test_the_page_lists_every_unsupported_input(token: str) -> None:
    accepted = {name for name in sdk_inputs(token) if "." not in name}
    assert accepted >= RESOURCES[token].inputs
    named = {name for name in UNSUPPORTED_INPUTS[token] if "." not in name}
    assert named == accepted - RESOURCES[token].inputs


@pytest.mark.parametrize(
    ("token", "name"), [(t, n) for t, names in UNSUPPORTED_INPUTS.items() for n in names]
)
def test_an_unsupported_input_is_rejected_by_name(engine: Engine, token: str, name: str) -> None:
    assert name in sdk_inputs(token)
    outer, _, inner = name.partition(".")
    news = {outer: {inner: {"a": "b"}} if inner else "x"}
    answer, error, _ = engine.call("Check", {"urn": f"urn:pulumi:dev::p::{token}::n", "news": news})
    assert not error
    reasons = [failure["reason"] for failure in answer["failures"]]
    assert any(f"the input '{name}' is not supported by the replacement" in r for r in reasons)


@pytest.mark.parametrize("token", sorted(LOOK_UPS))
def test_the_page_lists_every_unsupported_argument(connected: Engine, token: str) -> None:
    assert set(UNSUPPORTED_ARGUMENTS[token]) == sdk_arguments(token) - LOOK_UPS[token].args
    assert LOOK_UPS[token].args <= sdk_arguments(token)
    for name in UNSUPPORTED_ARGUMENTS[token]:
        answer, error, _ = connected.call("Invoke", {"tok": token, "args": {name: "x"}})
        assert not error
        assert f"the input '{name}' is not supported" in answer["failures"][0]["reason"]


@pytest.mark.parametrize("token", UNSUPPORTED)
def test_unsupported_tokens_exist_in_the_sdk_and_are_rejected(
    connected: Engine, token: str
) -> None:
    name = token.rsplit(":", 1)[1]
    assert hasattr(home(token), snake(name) if is_lookup(token) else name)
    if is_lookup(token):
        _, error, _ = connected.call("Invoke", {"tok": token, "args": {}})
    else:
        urn = f"urn:pulumi:dev::p::{token}::n"
        _, error, _ = connected.call("Check", {"urn": urn, "news": {}})
        for method in ("Diff", "Create", "Read", "Update", "Delete"):
            assert error == connected.call(method, {"urn": urn})[1]
    assert f"{token} is not supported by the replacement Okta plugin" in error
    assert error.endswith(
        f"Install the official plugin: pulumi plugin install resource okta {version('pulumi-okta')}"
    )


def test_the_page_lists_every_setting() -> None:
    accepted = {camel(n) for n in inspect.signature(pulumi_okta.ProviderArgs).parameters}
    assert len(OTHER_SETTINGS) == len(set(OTHER_SETTINGS))
    assert set(OTHER_SETTINGS) == accepted - SUPPORTED_SETTINGS
    assert accepted > SUPPORTED_SETTINGS
    for name in SUPPORTED_SETTINGS:
        assert f"`{name}`" in OKTA


def used_by_the_components() -> set[str]:
    """The tokens of pulumi_okta that the components use."""
    used = re.compile(r"\bokta\.(?:(\w+)\.)?(?:(get_\w+?)(?:_output)?|([A-Z]\w+))\(")
    found: set[str] = set()
    for path in (ROOT / "components").rglob("*.py"):
        for module, function, made in used.findall(path.read_text(encoding="utf-8")):
            name = camel(function) if function else made
            if name.endswith("Args"):
                continue
            middle = name[0].lower() + name[1:]
            found.add(f"okta:{module or 'index'}/{middle}:{name}")
    return found


def test_everything_that_the_components_use_is_supported() -> None:
    used = used_by_the_components()
    assert {"okta:app/saml:Saml", "okta:index/getGroups:getGroups"} <= used
    assert len(used) >= 8
    used |= {f"{t}:{t.split('/')[1]}" for t in LOOKUPS if t.startswith("okta:")}
    assert used <= {*RESOURCES, *LOOK_UPS}
