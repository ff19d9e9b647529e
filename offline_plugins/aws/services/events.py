"""EventBridge rules and their targets."""

from __future__ import annotations

import re
import uuid
from typing import Any, ClassVar

from offline_plugins.aws.calls import (
    error_context,
    members,
    parameters,
    tag_list,
    tag_outputs,
    update_tags,
)
from offline_plugins.aws.equivalence import is_same_json, json_object_error, normalize_json
from offline_plugins.aws.registry import resource
from offline_plugins.aws.resource_type import IMMUTABLE, OPTIONAL, REQUIRED, AwsResourceType, Input
from offline_plugins.aws.service import AwsError, Service
from offline_plugins.provider import Properties, ProviderError

BUS = Input(replaces=True, default="default")
RULE = ("description", "eventPattern", "roleArn", "scheduleExpression", "state")
TARGET = ("arn", "input", "roleArn")
IMPORTED_TARGET = re.compile(
    r"(?:(?P<bus>.+)/)?(?P<rule>[.\-_A-Za-z0-9]+)/(?P<id>[.\-_A-Za-z0-9]+)"
)


@resource
class EventRule(AwsResourceType):
    """A rule. The deprecated input `isEnabled` is not supported; `state` replaces it."""

    kind = "aws:cloudwatch/eventRule:EventRule"
    service = "events"
    name_length = 64
    computed = ("arn", "isEnabled", "namePrefix", "tagsAll")
    inputs: ClassVar = {
        "description": OPTIONAL,
        "eventBusName": BUS,
        "eventPattern": Input(
            same=is_same_json, normalize=normalize_json, validate=json_object_error
        ),
        "forceDestroy": Input(default=False),
        "name": Input(replaces=True),
        "roleArn": OPTIONAL,
        "scheduleExpression": OPTIONAL,
        "state": Input(computed=True),
        "tags": OPTIONAL,
    }

    def make(self, aws: Service, wanted: Properties) -> str:
        with error_context(f"creating EventBridge Rule ({wanted['name']})"):
            self._put(aws, wanted)
        bus, name = wanted["eventBusName"], wanted["name"]
        return name if bus == "default" else f"{bus}/{name}"

    def finish(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> Properties:
        """Read a new rule twice, as the official plugin does, which waits for the first one."""
        if not olds:
            with error_context(f"waiting for EventBridge Rule ({id}) create"):
                aws.call("DescribeRule", **_rule_parameters(id))
        return self.find(aws, id, wanted)

    def find(self, aws: Service, id: str, known: Properties) -> Properties:
        at = _rule_parameters(id)
        with error_context(f"reading EventBridge Rule ({id})"):
            found = aws.call("DescribeRule", **at)
        with error_context(f"listing tags for EventBridge Rule ({id})"):
            tags = aws.call("ListTagsForResource", ResourceARN=found["Arn"])["Tags"]
        return {
            **members(found, RULE),
            **tag_outputs(tags),
            "arn": found["Arn"],
            "eventBusName": at["EventBusName"],
            "forceDestroy": known.get("forceDestroy") or False,
            "isEnabled": found["State"] != "DISABLED",
            "name": found["Name"],
            "namePrefix": "",
        }

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        with error_context(f"updating tags for EventBridge Rule ({id})"):
            update_tags(aws, olds, wanted, ResourceARN=olds["arn"])
        if parameters(wanted, RULE) != parameters(olds, RULE):
            with error_context(f"updating EventBridge Rule ({id})"):
                self._put(aws, wanted)

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        with error_context(f"deleting EventBridge Rule ({id})"):
            aws.call("DeleteRule", **_rule_parameters(id), Force=bool(olds.get("forceDestroy")))

    def _put(self, aws: Service, wanted: Properties) -> None:
        aws.call(
            "PutRule", Name=wanted["name"], EventBusName=wanted["eventBusName"],
            Tags=tag_list(wanted.get("tags")), **parameters(wanted, RULE),
        )  # fmt: skip


@resource
class EventTarget(AwsResourceType):
    kind = "aws:cloudwatch/eventTarget:EventTarget"
    service = "events"
    inputs: ClassVar = {
        "arn": REQUIRED,
        "eventBusName": BUS,
        "forceDestroy": Input(default=False),
        "input": OPTIONAL,
        "roleArn": OPTIONAL,
        "rule": IMMUTABLE,
        "targetId": Input(computed=True, replaces=True),
    }

    def make(self, aws: Service, wanted: Properties) -> str:
        target = wanted.setdefault("targetId", f"terraform-{uuid.uuid4().hex[:26]}")
        bus = "" if wanted["eventBusName"] == "default" else f"{wanted['eventBusName']}-"
        made = f"{bus}{wanted['rule']}-{target}"
        with error_context(f"creating EventBridge Target ({made})"):
            self._put(aws, wanted)
        return made

    def parse_import_id(self, id: str) -> tuple[str, Properties]:
        found = IMPORTED_TARGET.fullmatch(id)
        if not found:
            raise ProviderError(
                f"unexpected format for ID ({id}), expected EVENTBUSNAME/RULENAME/TARGETID or "
                "RULENAME/TARGETID"
            )
        known = {"eventBusName": found["bus"] or "default", "rule": found["rule"],
                 "targetId": found["id"]}  # fmt: skip
        bus = f"{found['bus']}-" if found["bus"] not in (None, "default") else ""
        return f"{bus}{found['rule']}-{found['id']}", known

    def find(self, aws: Service, id: str, known: Properties) -> Properties | None:
        bus, rule, target = (known[name] for name in ("eventBusName", "rule", "targetId"))
        with error_context(f"reading EventBridge Target ({id})"):
            listed = aws.pages("ListTargetsByRule", "Targets", EventBusName=bus, Rule=rule)
        found: Any = next((item for item in listed if item["Id"] == target), None)
        if not found:
            return None
        return {
            **members(found, TARGET),
            "eventBusName": bus,
            "forceDestroy": known.get("forceDestroy") or False,
            "rule": rule,
            "targetId": target,
        }

    def change(self, aws: Service, id: str, olds: Properties, wanted: Properties) -> None:
        with error_context(f"updating EventBridge Target ({id})"):
            self._put(aws, wanted)

    def remove(self, aws: Service, id: str, olds: Properties) -> None:
        with error_context(f"deleting EventBridge Target ({id})"):
            answer = aws.call(
                "RemoveTargets", EventBusName=olds["eventBusName"], Rule=olds["rule"],
                Ids=[olds["targetId"]], Force=bool(olds.get("forceDestroy")),
            )  # fmt: skip
            _raise_first_failure(answer)

    def _put(self, aws: Service, wanted: Properties) -> None:
        target = {"Id": wanted["targetId"], **parameters(wanted, TARGET)}
        answer = aws.call(
            "PutTargets", EventBusName=wanted["eventBusName"], Rule=wanted["rule"],
            Targets=[target],
        )  # fmt: skip
        _raise_first_failure(answer)


def _rule_parameters(id: str) -> dict[str, str]:
    bus, _, name = id.rpartition("/")
    return {"EventBusName": bus or "default", "Name": name}


def _raise_first_failure(answer: Properties) -> None:
    """Raise the first failure of a response: AWS reports failed targets in successful responses."""
    for failed in answer.get("FailedEntries") or []:
        code, message = failed.get("ErrorCode", ""), failed.get("ErrorMessage", "")
        raise AwsError(f"{failed.get('TargetId')}: {code}: {message}", code, message)
