"""IAM Access Analyzer's validation of policies (ValidatePolicy), which is free of charge."""

from dataclasses import dataclass

from okta_idc.clients.aws import AwsClient, Json
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.json_path import get_list, get_text


@dataclass(frozen=True)
class PolicyIssue:
    """One finding of AWS: `ERROR`, `SECURITY_WARNING`, `WARNING` or `SUGGESTION`, the code of the
    check, AWS's explanation, and the path in the policy (`Statement[0].Action[1]`)."""

    kind: str
    code: str
    details: str
    path: str = ""


class PolicyValidator(AwsClient):
    """IAM Access Analyzer."""

    def __init__(
        self, region: str, endpoint: str | None = None, config: AwsConfig | None = None
    ) -> None:
        super().__init__("accessanalyzer", region, endpoint, config)

    def issues(self, policy: str) -> tuple[PolicyIssue, ...]:
        """AWS's findings on an identity policy."""
        query: Json = {"policyDocument": policy, "policyType": "IDENTITY_POLICY"}
        found: list[PolicyIssue] = []
        while True:
            page = self.call("validate_policy", **query)
            for each in get_list(page, "findings"):
                path = _path(get_list(each, "locations"))
                kind, code = get_text(each, "findingType"), get_text(each, "issueCode")
                found.append(PolicyIssue(kind, code, get_text(each, "findingDetails"), path))
            token = get_text(page, "nextToken")
            if not token or token == query.get("nextToken"):
                return tuple(found)
            query["nextToken"] = token


def _path(locations: list[Json]) -> str:
    """The path of the first location. Its elements are keys, indexes, or parts of a text."""
    path = ""
    for element in get_list(locations[0], "path") if locations else []:
        if key := get_text(element, "value") or get_text(element, "key"):
            path += f".{key}" if path else key
        elif "index" in element:
            path += f"[{element['index']}]"
    return path
