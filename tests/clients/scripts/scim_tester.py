"""Runs all checks of scim2-tester against the SCIM endpoint of the sandbox.

Prints a JSON object: each check and the reason why it does not pass, or nothing.
"""

import json
import os
import random
import sys
from typing import Any

from httpx2 import Client, Response
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

FAILED = (Status.ERROR, Status.CRITICAL, Status.DEVIATION)
OWN_MEMBERS = ("schema", "exceptionRequestId", "timeStamp")
"""Members of AWS's errors that the standard does not have; the tester never reads further."""


class AwsClient(Client):
    """Removes the members of AWS's errors, and counts the errors that have them."""

    errors = deviating = 0

    def request(self, *args: Any, **more: Any) -> Response:
        answer = super().request(*args, **more)
        if answer.status_code >= 400 and answer.content:
            document = answer.json()
            self.errors += 1
            self.deviating += set(OWN_MEMBERS) < document.keys()
            kept = {name: value for name, value in document.items() if name not in OWN_MEMBERS}
            answer = Response(answer.status_code, json=kept, request=answer.request)
        return answer


def main() -> None:
    headers = {"Authorization": f"Bearer {os.environ['SCIM_TOKEN']}"}
    http = AwsClient(base_url=os.environ["SCIM_URL"], headers=headers, timeout=60, verify=False)
    random.seed(1)  # the tester chooses the values of booleans
    calls: dict[str, str] = {}
    for result in check_server(SyncSCIMClient(http)):
        attribute = result.data.get("urn") if isinstance(result.data, dict) else None
        label = " ".join(filter(None, (result.resource_type, result.title, attribute)))
        reason = f"{result.status.name}: {result.reason} {result.data!r}"[:600]
        number, found = 1, label
        while found in calls:
            number += 1
            found = f"{label} #{number}"
        calls[found] = reason if result.status in FAILED else ""
    all_errors = http.errors and http.errors == http.deviating
    calls["body of errors"] = f"{OWN_MEMBERS} in all {http.errors}" if all_errors else ""
    sys.stdout.write("\n" + json.dumps(calls) + "\n")


main()
