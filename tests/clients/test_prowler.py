"""Prowler's checks of the services behind IAM Identity Center reach a conclusion.

Prowler has no checks of IAM Identity Center itself. IAM, Organizations, Secrets Manager, and SNS
are the services of the sandbox that it checks.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.clients.environments import clean_environ, environment, version_of
from tests.clients.results import Summary, summarize

SERVICES = ("organizations", "iam", "secretsmanager", "sns")
CONCLUSIONS = {
    "organizations_account_part_of_organizations": "PASS",
    "organizations_delegated_administrators": "PASS",
    "iam_policy_cloudshell_admin_not_attached": "PASS",
    "iam_check_saml_providers_sts": "FAIL",
    "secretsmanager_automatic_rotation_enabled": "FAIL",
}
"""Conclusions that follow from the sandbox's org."""
DEVIATIONS = {
    "iam:ListOrganizationsFeatures": "moto does not have the operation; Prowler reports central "
    "root access as off.",
}
SECONDS = 900


def test_the_checks_reach_a_conclusion(
    addresses: dict[str, Any], tmp_path: Path, summaries: list[Summary]
) -> None:
    bin_folder, home = environment("prowler"), tmp_path / "home"
    home.mkdir()
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    done = subprocess.run(
        [bin_folder / "prowler", "aws", "--services", *SERVICES, "--region", "us-east-1",
         "--no-banner", "-M", "json-ocsf", "-o", tmp_path, "-F", "result",
         "--log-level", "ERROR", "--only-logs"],
        cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False,
        env=clean_environ(
            home, AWS_ENDPOINT_URL=addresses["aws"], AWS_DEFAULT_REGION="us-east-1",
            AWS_EC2_METADATA_DISABLED="true", **keys,
        ),
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stdout[-2000:] + done.stderr[-4000:]  # 3: findings
    text = (tmp_path / "result.ocsf.json").read_text(encoding="utf-8")
    found = {each["metadata"]["event_code"]: each["status_code"] for each in json.loads(text)}
    calls = {
        check: "" if CONCLUSIONS.get(check, status) == status else status
        for check, status in found.items()
    } | {check: "no conclusion" for check in CONCLUSIONS if check not in found}
    for line in (done.stdout + done.stderr).splitlines():
        if "ERROR" in line or "CRITICAL" in line:
            operation = re.search(r"does not support ([a-z-]+:\w+)", line)
            calls[operation[1] if operation else line[:300]] = line[:600]
    assert len(found) >= 20
    version = version_of("prowler", "prowler")
    summaries.append(summarize("Prowler", version, "AWS", calls, DEVIATIONS))
