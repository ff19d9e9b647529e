"""The examples for several machines: valid, ordered, and without a secret. They are not run."""

import json
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import jsonschema
import pytest
import yaml

from okta_idc.settings import load_settings
from okta_idc.settings.parts import parts_of
from tests.paths import ROOT
from tests.permissions_page import scopes

EXAMPLES = ROOT / "docs" / "guide" / "examples"
DATA = ROOT / "tests" / "data"
PAGE = (ROOT / "docs" / "guide" / "large.md").read_text(encoding="utf-8")
OBJECTS: list[Any] = list(yaml.safe_load_all((EXAMPLES / "kubernetes-operator.yaml").read_text()))
STACKS: dict[str, Any] = {
    each["metadata"]["name"]: each["spec"] for each in OBJECTS if each["kind"] == "Stack"
}
PROGRAM: dict[str, Any] = yaml.safe_load((EXAMPLES / "deployments.yaml").read_text())
CORE, PROJECT = "prod", "okta-identity-center"
OPERATOR_SCHEMA = json.loads((DATA / "operator-stack-fields.json").read_text())
DEPLOYMENTS = json.loads((DATA / "deployments-schema.json").read_text())


def documented_parts() -> list[str]:
    """The parts of the fleet that the page's settings describe."""
    key = "okta-identity-center:federation"
    [text] = [each for each in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if key in each]
    return parts_of(load_settings(yaml.safe_load(text)["config"][key]).fleet)


def resource_properties(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The properties, with the program's variables in place of their references."""

    def value(of: Any) -> Any:
        name = of[2:-1] if isinstance(of, str) and of.startswith("${") else ""
        return PROGRAM["variables"].get(name, of)

    return {key: value(each) for key, each in resource["properties"].items()}


def of_type(name: str) -> list[dict[str, Any]]:
    found = PROGRAM["resources"].values()
    return [resource_properties(each) for each in found if each["type"] == f"pulumiservice:{name}"]


def operator_order() -> dict[str, set[str]]:
    return {
        name: {each["name"] for each in spec.get("prerequisites", [])}
        for name, spec in STACKS.items()
    }


def deployments_order() -> dict[str, set[str]]:
    order: dict[str, set[str]] = {each["stack"]: set() for each in of_type("DeploymentSettings")}
    for hook in of_type("Webhook"):
        order[hook["payloadUrl"].removeprefix(f"{PROJECT}/")].add(hook["stackName"])
    return order


ORDERS = pytest.mark.parametrize("order", [operator_order(), deployments_order()],
                                 ids=["operator", "deployments"])  # fmt: skip


def before(order: Mapping[str, set[str]], stack: str) -> set[str]:
    """All stacks that run before this one. A cycle is a RecursionError."""
    return order[stack] | {each for first in order[stack] for each in before(order, first)}


@pytest.mark.parametrize("stack", [each for each in OBJECTS if each["kind"] == "Stack"],
                         ids=lambda each: each["metadata"]["name"])  # fmt: skip
def test_stack_objects_have_the_fields_of_the_operators_crd(stack: Any) -> None:
    jsonschema.validate(stack, OPERATOR_SCHEMA)


def provider_schema(kind: str) -> dict[str, Any]:
    return DEPLOYMENTS["resources"][kind] | {"definitions": DEPLOYMENTS["definitions"]}


@pytest.mark.parametrize("name", PROGRAM["resources"])
def test_deployment_settings_have_the_arguments_of_the_provider(name: str) -> None:
    resource = PROGRAM["resources"][name]
    schema = DEPLOYMENTS["resources"][resource["type"]] | {
        "definitions": DEPLOYMENTS["definitions"]
    }
    jsonschema.Draft7Validator(schema).validate(resource_properties(resource))
    assert set(resource) <= {"type", "properties", "options"}


def test_both_schemas_reject_an_unknown_field() -> None:
    stack = {"apiVersion": "pulumi.com/v1", "kind": "Stack", "metadata": {}, "spec": {"stack": "x"}}
    jsonschema.validate(stack, OPERATOR_SCHEMA)
    stack["spec"] = {"stack": "x", "prerequisite": []}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(stack, OPERATOR_SCHEMA)
    hook = dict(of_type("Webhook")[0], payload="x")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(hook, provider_schema("pulumiservice:Webhook"))


@ORDERS
def test_the_stacks_are_those_of_the_documented_fleet(order: dict[str, set[str]]) -> None:
    assert set(order) == {CORE, *(f"{CORE}-{part}" for part in documented_parts())}


@ORDERS
def test_parts_run_after_what_they_need(order: dict[str, set[str]]) -> None:
    groups_and_sets = {each for each in order if re.match(rf"{CORE}-(push|sets)-", each)}
    assert before(order, CORE) == set()
    for stack in order.keys() - {CORE}:
        assert CORE in before(order, stack)
        if stack.startswith(f"{CORE}-access-"):
            assert groups_and_sets <= before(order, stack)


@ORDERS
def test_one_stack_at_a_time_creates_account_assignments(order: dict[str, set[str]]) -> None:
    access = sorted(each for each in order if each.startswith(f"{CORE}-access-"))
    for earlier, later in pairwise(access):
        assert earlier in before(order, later)


def test_each_object_runs_the_stack_of_its_name_and_creates_none() -> None:
    for name, spec in STACKS.items():
        assert spec["stack"] == name
        assert spec["useLocalStackOnly"] is True
        assert spec["destroyOnFinalize"] is False


def test_only_the_core_is_deployed_by_a_commit() -> None:
    for each in of_type("DeploymentSettings"):
        assert each["vcs"]["deployCommits"] is (each["stack"] == CORE)
    assert all(each["filters"] == ["update_succeeded"] for each in of_type("Webhook"))
    assert all(each["format"] == "pulumi_deployments" for each in of_type("Webhook"))


def test_secrets_are_references() -> None:
    for spec in STACKS.values():
        assert set(spec["envRefs"]["OKTA_API_PRIVATE_KEY"]["secret"]) == {"name", "key"}
        literals = [name for name, each in spec["envRefs"].items() if "literal" in each]
        assert literals == ["OKTA_API_CLIENT_ID", "OKTA_API_PRIVATE_KEY_ID", "OKTA_API_SCOPES"]
    assert PROGRAM["config"]["oktaPrivateKey"]["secret"] is True
    variables = PROGRAM["variables"]["operation"]["environmentVariables"]
    assert variables["OKTA_API_PRIVATE_KEY"] == "${oktaPrivateKey}"
    text = "".join(file.read_text() for file in EXAMPLES.glob("*.yaml"))
    assert not re.search(r"PRIVATE KEY-|AKIA|aws_secret|pul-[0-9a-f]{8}|gh[pousr]_", text)


def test_both_examples_have_the_scopes_of_an_up() -> None:
    variables = PROGRAM["variables"]["operation"]["environmentVariables"]
    found = {spec["envRefs"]["OKTA_API_SCOPES"]["literal"]["value"] for spec in STACKS.values()}
    assert {*found, variables["OKTA_API_SCOPES"]} == {",".join(sorted(scopes("up")))}


def test_the_page_says_that_the_examples_were_not_run() -> None:
    assert "validated, not run" in PAGE
    for file in EXAMPLES.glob("*.yaml"):
        assert f"(examples/{file.name})" in PAGE
        assert "not run" in file.read_text().partition("\napiVersion")[0].partition("\nname:")[0]
