"""Runs all checks of scim2-tester against the SCIM endpoint of the sandbox.

Prints a JSON object: each check and the reason why it does not pass, or nothing.
"""

import json
import os
import sys
from typing import Any

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
