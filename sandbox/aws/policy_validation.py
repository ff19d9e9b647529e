"""IAM Access Analyzer's ValidatePolicy, which moto lacks.

Assumed: judges the grammar with moto's validator of IAM policies, and reports one error at most. It
knows neither actions nor condition keys, and warns about nothing.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
PATH = "/policy/validation"
"""The operation's path in botocore's accessanalyzer model."""


def validate_policies(app: Wsgi) -> Wsgi:
    """Wrap the application so that it also answers ValidatePolicy."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH:
            return app(environ, start_response)
        size = int(environ.get("CONTENT_LENGTH") or 0)
        request = json.loads(environ["wsgi.input"].read(size))
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"findings": _findings(request["policyDocument"])}).encode()]

    return answer


def _findings(policy: str) -> list[dict[str, Any]]:
    from moto.iam.exceptions import MalformedPolicyDocument
    from moto.iam.policy_validation import IAMPolicyDocumentValidator

    try:
        IAMPolicyDocumentValidator(policy).validate()
    except MalformedPolicyDocument as error:
        link = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-checks.html"
        finding = {"findingType": "ERROR", "issueCode": "JSON_SYNTAX_ERROR", "locations": []}
        return [finding | {"findingDetails": error.message, "learnMoreLink": link}]
    return []
