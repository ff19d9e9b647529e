"""Replaces the AWS CLI in tests: makes the call that its command line describes.

Names of services, operations, and options come from botocore's models, so that a wrong one fails.
"""

import argparse
import json
import os
import sys

import boto3
import jmespath
from botocore import xform_name

_RENAMED = {("sns", "Endpoint"): "notification-endpoint"}
"""Options that the AWS CLI names otherwise than the API: `--endpoint` would be `--endpoint-url`."""


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("service")
    parser.add_argument("operation")
    parser.add_argument("--profile")
    parser.add_argument("--query", default="@")
    given, rest = parser.parse_known_args()
    region = os.environ["AWS_REGION"]
    client = boto3.Session(profile_name=given.profile).client(given.service, region)
    method = given.operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    members = shape.input_shape.members if shape.input_shape else {}
    named = {_RENAMED.get((given.service, each), xform_name(each, "-")): each for each in members}
    options = {f"--{option}": each for option, each in named.items()}
    values = {options[key]: value for key, value in zip(rest[::2], rest[1::2], strict=True)}
    answer = getattr(client, method)(**values)
    answer.pop("ResponseMetadata")
    found = jmespath.search(given.query, answer)
    json.dump(found, sys.stdout, indent=4, default=str)


if __name__ == "__main__":
    main()
