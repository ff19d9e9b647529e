"""The AWS CLI: a journey through Identity Center, with pages, queries and errors."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.clients.environments import clean_environ, environment, version_of
from tests.clients.results import Summary, summarize
from tests.sandbox.aws.conftest import APPLICATION, INSTANCE, ORG, STORE

ACCOUNT = ORG.aws.members[0].id
AT = ("--instance-arn", INSTANCE)
IN_STORE = ("--identity-store-id", STORE)


class Journey:
    """Runs `aws`; `calls` maps each command to its error, or to an empty string."""

    def __init__(self, endpoint: str, home: Path) -> None:
        self.command = [environment("awscli") / "python", "-m", "awscli"]
        self.options = ("--endpoint-url", endpoint, "--region", "us-east-1", "--output", "json")
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        self.environ = clean_environ(home, **keys, AWS_MAX_ATTEMPTS="1", AWS_PAGER="")
        self.calls: dict[str, str] = {}

    def run(self, service: str, operation: str, *arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [*self.command, service, operation, *arguments, *self.options],
            env=self.environ, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    def __call__(
        self, service: str, operation: str, *arguments: str,
        expect: Callable[[Any], Any] = lambda _: True,
    ) -> Any:  # fmt: skip
        """Run a command that succeeds with the expected answer, and return the answer."""
        code, output, errors = self.run(service, operation, *arguments)
        document = json.loads(output) if output.strip() and not code else None
        good = code == 0 and expect(document)
        label = f"{service} {operation}"
        while label in self.calls:
            label += ", again"
        self.calls[label] = "" if good else f"{code} {output[:300]} {errors[:500]}"
        return document

    def fails(self, code: str, service: str, operation: str, *arguments: str) -> None:
        """Require this error code on standard error, and the exit code of a service's error."""
        status, _, errors = self.run(service, operation, *arguments)
        good = status in (254, 255) and f"({code})" in errors
        self.calls[f"{service} {operation} ({code})"] = "" if good else f"{status} {errors[:500]}"


def test_the_cli_walks_identity_center(
    addresses: dict[str, Any], tmp_path: Path, summaries: list[Summary]
) -> None:
    aws = Journey(addresses["aws"], tmp_path)
    aws("sts", "get-caller-identity", "--query", "Account", expect=ORG.aws.account.__eq__)
    aws("sso-admin", "list-instances", "--query", "Instances[0].InstanceArn",
        expect=INSTANCE.__eq__)  # fmt: skip
    aws("organizations", "list-accounts", "--query", "length(Accounts)", expect=(3).__eq__)
    user = aws("identitystore", "create-user", *IN_STORE, "--user-name", "cli",
               "--display-name", "C", "--name", "GivenName=C,FamilyName=LI",
               "--query", "UserId")  # fmt: skip
    groups = [
        aws("identitystore", "create-group", *IN_STORE, "--display-name", f"cli-{n}",
            "--query", "GroupId")
        for n in range(3)
    ]  # fmt: skip
    member = json.dumps({"UserId": user})
    aws("identitystore", "create-group-membership", *IN_STORE, "--group-id", groups[0],
        "--member-id", member)  # fmt: skip
    aws("identitystore", "is-member-in-groups", *IN_STORE, "--member-id", member,
        "--group-ids", *groups[:2], "--query", "Results[].MembershipExists",
        expect=lambda found: sorted(found) == [False, True])  # fmt: skip
    _page_through(aws, groups)
    _permission_sets(aws, user, groups[0])
    aws("sso-admin", "create-application-assignment", "--application-arn", APPLICATION,
        "--principal-id", groups[0], "--principal-type", "GROUP")  # fmt: skip
    aws("sso-admin", "list-application-assignments", "--application-arn", APPLICATION,
        expect=lambda found: len(found["ApplicationAssignments"]) == 1)  # fmt: skip
    aws("secretsmanager", "create-secret", "--name", "cli", "--secret-string", '{"a": 1}')
    aws("secretsmanager", "get-secret-value", "--secret-id", "cli", "--query", "SecretString",
        expect='{"a": 1}'.__eq__)  # fmt: skip
    topic = aws("sns", "create-topic", "--name", "cli", "--query", "TopicArn")
    aws("events", "put-rule", "--name", "cli", "--schedule-expression", "rate(1 day)")
    aws("events", "put-targets", "--rule", "cli", "--targets", f"Id=1,Arn={topic}",
        "--query", "FailedEntryCount", expect=(0).__eq__)  # fmt: skip
    aws("iam", "list-policies", "--scope", "AWS", "--max-items", "5",
        expect=lambda found: len(found["Policies"]) == 5 and found["NextToken"])  # fmt: skip
    aws.fails("ResourceNotFoundException", "secretsmanager", "get-secret-value",
              "--secret-id", "none")  # fmt: skip
    aws.fails("ConflictException", "identitystore", "create-group", *IN_STORE,
              "--display-name", "cli-0")  # fmt: skip
    aws.fails("UnsupportedOperation", "ec2", "describe-ipam-pools")
    version = version_of("awscli", "awscli")
    summaries.append(summarize("AWS CLI", version, "AWS", aws.calls, {}))


def _page_through(aws: Journey, groups: list[str]) -> None:
    """Read a list in pages that the CLI cuts, and in pages that the service cuts."""
    names = "Groups[].GroupId"
    whole = aws("identitystore", "list-groups", *IN_STORE, "--query", names)
    assert set(groups) <= set(whole or [])
    aws("identitystore", "list-groups", *IN_STORE, "--page-size", "1", "--query", names,
        expect=whole.__eq__)  # fmt: skip
    first = aws("identitystore", "list-groups", *IN_STORE, "--max-items", "2",
                expect=lambda found: len(found["Groups"]) == 2)  # fmt: skip
    aws("identitystore", "list-groups", *IN_STORE, "--starting-token", first["NextToken"],
        "--query", names, expect=whole[2:].__eq__)  # fmt: skip


def _permission_sets(aws: Journey, user: str, group: str) -> None:
    arn = aws("sso-admin", "create-permission-set", *AT, "--name", "cli", "--tags",
              "Key=a,Value=b", "--query", "PermissionSet.PermissionSetArn")  # fmt: skip
    one = (*AT, "--permission-set-arn", arn)
    aws("sso-admin", "attach-managed-policy-to-permission-set", *one,
        "--managed-policy-arn", "arn:aws:iam::aws:policy/job-function/Billing")  # fmt: skip
    aws("sso-admin", "describe-permission-set", *one, "--query", "PermissionSet.Name",
        expect="cli".__eq__)  # fmt: skip
    target = ("--target-id", ACCOUNT, "--target-type", "AWS_ACCOUNT")
    for kind, ident in (("GROUP", group), ("USER", user)):
        aws("sso-admin", "create-account-assignment", *one, *target, "--principal-type", kind,
            "--principal-id", ident)  # fmt: skip
    aws("sso-admin", "list-account-assignments", *one, "--account-id", ACCOUNT,
        "--query", "length(AccountAssignments)", expect=(2).__eq__)  # fmt: skip
    aws.fails("ConflictException", "sso-admin", "delete-permission-set", *one)
