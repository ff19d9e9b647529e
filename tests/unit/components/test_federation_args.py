"""Stack settings and component arguments have the same keys, defaults and validation."""

import inspect
import json
import re
import subprocess
import sys
import typing
from collections.abc import Callable, Iterator
from typing import Any, get_args

import pulumi
import pulumi_aws as aws
import pulumi_okta as okta
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime import rpc
from pydantic import BaseModel

import components
from components import IdentityCenterFederation, ValidationError, federation_args_from
from components.federation_args import IdentityCenterFederationArgs, settings_from
from okta_idc.settings import Settings, load_settings
from plugin.provider import provider
from tests.paths import ROOT
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import ARGS, arguments

MINIMAL: Any = {"app": ARGS["app"], "scim_token": {"secret": "okta-identity-center/scim"}}
LOCATION = {"region", "role_arn"}
"""Stack file keys; component arguments have `provider` instead."""


def typed_dict_in(annotation: Any) -> Any:
    if typing.is_typeddict(annotation):
        return annotation
    return next((found for each in get_args(annotation) if (found := typed_dict_in(each))), None)


def model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := model_in(each))), None)


def nodes(path: str = "", model: Any = Settings, args: Any = IdentityCenterFederationArgs) -> Any:
    """Every node of the tree as path, model and typed dictionary."""
    yield path, model, args
    hints = inspect.get_annotations(args)
    for name, field in model.model_fields.items():
        if (inner := model_in(field.annotation)) and name in hints:
            yield from nodes(f"{path}.{name}".lstrip("."), inner, typed_dict_in(hints[name]))


NODES: list[tuple[str, Any, Any]] = list(nodes())


@pytest.mark.parametrize(
    ("path", "model", "args"), NODES, ids=[path or "root" for path, *_ in NODES]
)
def test_settings_and_arguments_have_the_same_keys(path: str, model: Any, args: Any) -> None:
    fields, keys = set(model.model_fields), set(args.__annotations__)
    assert (fields - LOCATION, keys - {"provider"}) == (keys - {"provider"}, fields - LOCATION)
    assert ("provider" in keys) == (fields >= LOCATION)
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    assert args.__required_keys__ == required


def leaves(tree: Any, path: str = "") -> Iterator[str]:
    if isinstance(tree, dict):
        for key, value in typing.cast(dict[str, Any], tree).items():
            yield from leaves(value, f"{path}.{key}".lstrip("."))
    elif isinstance(tree, list) and tree and isinstance(tree[0], dict):
        yield from leaves(tree[0], f"{path}[]")
    else:
        yield path


FULL: dict[str, Any] = {
    **ARGS,
    "app": {**ARGS["app"], "rename_users_from": "${source.email}", "import_id": "0oa1"},
    "scim_token": {"secret": "s", "verify": False, "verify_at": "http://127.0.0.1:1"},
    "profile_mappings": {"displayName": "user.displayName"},
    "assignments": {
        "groups": [{"name": "aws-access", "import_id": "0oa1/00g1"}],
        "pushed_members_group": {"name": "members"},
        "users": [{"login": "ada@example.com", "username": "ada", "import_id": "0oa1/00u1"}],
        "max_deprovisioned_users": 3,
        "confirm_deprovisioning": ["gone"],
    },
    "push_groups": [{"create": "aws-admins", "rule": "true", "description": "Admins"}],
    "push_group_patterns": [{"pattern": "aws-*", "limit": 9}],
    "account_access": {
        "permission_sets": [
            {
                "name": "Admin",
                "groups": ["aws-admins"],
                "accounts": ["1" * 12],
                "assignments": [
                    {
                        "groups": ["aws-admins"],
                        "accounts": ["2" * 12],
                        "account_selectors": [{"name": "a", "organizational_unit": "/"}],
                        "excluded_accounts": [{"id": "3" * 12, "tags": {"a": "b"}}],
                    }
                ],
                "account_selectors": [{"organizational_unit": "A/B", "nested": False}],
                "excluded_accounts": [{"name": "a"}],
            }
        ],
        "max_removed_assignments": 4,
        "confirm_removed_accounts": ["2" * 12],
        "applications": [
            {
                "arn": f"arn:aws:sso::123456789012:application/ssoins-{'1' * 16}/apl-{'1' * 16}",
                "groups": ["aws-admins"],
            }
        ],
    },
    "access_control_attributes": {"attributes": {"Title": "${path:title}"}},
    "token_expiry_alarm": {"emails": ["a@example.com"], "days_before": [9]},
    "protect": False,
}


def test_every_setting_reaches_the_arguments_unchanged() -> None:
    settings = load_settings(FULL)
    args: Any = federation_args_from(settings)
    dumped = json.loads(settings.model_dump_json())
    assert {p for p in leaves(args) if not p.endswith("provider")} == {
        path for path in leaves(dumped) if path.rsplit(".", 1)[-1] not in LOCATION
    }
    assert settings_from(args) == settings


def test_priorities_reach_the_arguments_unchanged() -> None:
    groups = [{"name": "aws-access", "priority": 2}]
    settings = load_settings({**MINIMAL, "assignments": {"groups": groups}})
    assert settings_from(federation_args_from(settings)) == settings


def test_arguments_have_the_same_defaults_as_a_stack_file() -> None:
    assert settings_from(MINIMAL) == load_settings(MINIMAL)


def test_a_misspelled_key_fails_validation_and_type_checking() -> None:
    source = (ROOT / "components" / "federation_args.py").read_text()
    misspelled = source.replace('"acs_url": app.acs_url', '"acs_ulr": app.acs_url')
    assert misspelled != source
    namespace: dict[str, Any] = {
        "__name__": "components.federation_args",
        "__package__": "components",
    }
    exec(compile(misspelled, "federation_args.py", "exec"), namespace)  # noqa: S102
    with pytest.raises(
        ValidationError, match=r"app\.acs_ulr: unknown key\. Did you mean 'acs_url'"
    ):
        settings_from(namespace["federation_args_from"](load_settings(FULL)))
    copy = ROOT / "components" / "_misspelled_copy.py"
    copy.write_text(misspelled)
    try:
        found = subprocess.run(
            [sys.executable, "-m", "pyright", str(copy)], capture_output=True, text=True, cwd=ROOT,
            check=False,
        )  # fmt: skip
    finally:
        copy.unlink()
    assert re.search(r'"acs_ulr" is an undefined item in .*"AppSettings"', found.stdout)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"push_group": []}, r"push_group: unknown key\. Did you mean 'push_groups'\?"),
        ({"provisioning__mod": "api"}, r"provisioning\.mod: unknown key\. Did you mean 'mode'\?"),
        ({"push_groups": [{"nmae": "a"}]}, r"push_groups\[0\]\.nmae: unknown key"),
        ({"scim_token__probe": True}, r"scim_token\.probe: was renamed\. Use scim_token\.verify\."),
        ({"scim_token__region": "eu-west-1"}, r"scim_token\.region: is for stack files\. Pass an"),
        ({"token_expiry_alarm": {"role_arn": "arn:x"}}, r"token_expiry_alarm\.role_arn: is for"),
        ({"scim_token__provider": "eu-west-1"}, r"scim_token\.provider: must be an AWS provider"),
    ],
)
def test_unknown_argument_keys_are_rejected(
    cloud: MockCloud, declare: Callable[..., None], changes: dict[str, Any], expected: str
) -> None:
    with pytest.raises(ValidationError, match=expected):
        declare(lambda: IdentityCenterFederation("idc", arguments(**changes)).app_id)
    assert not cloud.declared[1:]


def test_a_provider_of_another_package_is_rejected(declare: Callable[..., None]) -> None:
    def program() -> object:
        other = okta.Provider("other", org_name="acme")
        return IdentityCenterFederation("idc", arguments(scim_token__provider=other)).app_id

    with pytest.raises(ValidationError, match=r"scim_token\.provider: must be an AWS provider"):
        declare(program)


def test_a_provider_of_another_language_is_accepted(declare: Callable[..., None]) -> None:
    def federate(urn: str) -> object:
        reference = struct_pb2.Struct()
        reference.update({"urn": urn, "packageVersion": "7.0.0"})
        given = rpc.deserialize_resource(reference)  # as the SDK does in a plugin
        return IdentityCenterFederation("idc", arguments(scim_token__provider=given)).app_id

    declare(lambda: aws.Provider("alarms").urn.apply(federate))


def test_an_argument_may_be_an_output(cloud: MockCloud, declare: Callable[..., None]) -> None:
    label = pulumi.Output.from_input("Later")
    declare(lambda: IdentityCenterFederation("idc", arguments(app__label=label)).app_id)
    assert cloud.inputs("app/saml:Saml")[0]["label"] == "Later"


def test_an_invalid_output_is_rejected_once_known(
    cloud: MockCloud, declare: Callable[..., None]
) -> None:
    url = pulumi.Output.from_input("https://example.com/acs")
    with pytest.raises(ValidationError, match=r"acs_url: 'https://example.com/acs'.*OIC-110"):
        declare(lambda: IdentityCenterFederation("idc", arguments(app__acs_url=url)).app_id)
    assert not cloud.inputs("app/saml:Saml")


def test_every_public_component_has_described_inputs_and_outputs() -> None:
    schema = json.loads(provider(components, "1.0.0").schema or "{}")
    public = [each for each in components.__all__ if f"{each}Args" in components.__all__]
    assert len(schema["resources"]) == len(public) == 11
    for each in [*schema["resources"].values(), *schema["types"].values()]:
        assert each["description"]
        for kind in ("inputProperties", "properties"):
            for name, prop in each.get(kind, {}).items():
                assert prop.get("description"), name
