"""Operations that only read, compared with botocore's models of the services that answer."""

import re
from typing import Any

import pytest
from moto.core.utils import get_service_model

from sandbox.aws.operations import SERVICES
from sandbox.aws.read_operations import only_reads
from sandbox.aws.service_models import answered_operations

ANSWERED = sorted((name, o) for name in SERVICES.values() for o in answered_operations(name))
WRITING_VERBS = {
    "Add", "Attach", "Cancel", "Close", "Confirm", "Create", "Deactivate", "Delete", "Deregister",
    "Detach", "Disable", "Enable", "Generate", "Move", "Opt", "Provision", "Publish", "Put",
    "Register", "Remove", "Replicate", "Restore", "Rotate", "Set", "Start", "Subscribe", "Tag",
    "Unsubscribe", "Untag", "Update", "Upload",
}  # fmt: skip
READING = {
    "accessanalyzer": {"ValidatePolicy"}, "cloudtrail": {"LookupEvents"},
    "events": {"TestEventPattern"}, "identitystore": {"IsMemberInGroups"},
    "secretsmanager": {"BatchGetSecretValue"}, "sns": {"CheckIfPhoneNumberIsOptedOut"},
    "sts": {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"},
}  # fmt: skip
"""Reads without the verbs Describe, Get, and List."""


def operations(service: str) -> dict[str, Any]:
    model: Any = get_service_model(service)
    return {name: model._service_description["operations"][name] for name in model.operation_names}


@pytest.mark.parametrize("service", SERVICES.values())
def test_operations_that_botocore_marks_as_read_only_are_reads(service: str) -> None:
    marked = {name for name, each in operations(service).items() if each.get("readonly")}
    assert {name for name in marked if not only_reads(name)} == set()


@pytest.mark.parametrize("service", ["accessanalyzer", "identitystore"])
def test_no_other_operation_is_a_read_where_botocore_marks_all(service: str) -> None:
    found = operations(service)
    marked = {name for name, each in found.items() if each.get("readonly")}
    assert {name for name in found if only_reads(name)} == marked


def test_every_answered_operation_either_reads_or_has_a_verb_that_writes() -> None:
    verbs = {(name, operation): re.match("[A-Z][a-z]+", operation) for name, operation in ANSWERED}
    writes = {key for key, verb in verbs.items() if verb and verb[0] in WRITING_VERBS}
    assert {key for key in ANSWERED if only_reads(key[1])} == set(ANSWERED) - writes


def test_reads_with_a_rare_verb_are_all_known() -> None:
    rare = {
        service: {
            operation
            for name, operation in ANSWERED
            if name == service and only_reads(operation)
            if not operation.startswith(("Describe", "Get", "List"))
        }
        for service in SERVICES.values()
    }
    assert {service: found for service, found in rare.items() if found} == READING


@pytest.mark.parametrize("action", ["cloudtrail:LookupEvents", "LookupEvents", "sso:ListInstances"])
def test_an_iam_action_is_a_read_if_its_operation_is(action: str) -> None:
    assert only_reads(action)


@pytest.mark.parametrize("action", ["sso:?", "", "Issue", "Lookup", "kms:Decrypt", "sns:Publish"])
def test_what_is_not_known_to_read_writes(action: str) -> None:
    assert not only_reads(action)
