"""The provisioning worker: runs Okta's tasks one after the other, in the order of the changes.

An exception in the sandbox itself ends one job, not the worker: the traceback goes to stderr, and
the affected object shows the error.
"""

import asyncio
import sys
import traceback
from typing import Any

from ...clock import Clock
from ..model import App, AppUser, Model, PushMapping
from .group_push import GroupProvisioning
from .scim_client import ScimClient
from .users import UserProvisioning

Job = tuple[str, App, Any]


class Worker:
    """Runs the provisioning jobs of all apps, one at a time."""

    def __init__(self, model: Model, scim_url: str, latency: float, clock: Clock) -> None:
        self.model, self.latency, self.clock = model, latency, clock
        self.client = ScimClient(scim_url)
        users, self.groups = (
            UserProvisioning(model, self.client),
            GroupProvisioning(model, self.client),
        )
        self.jobs = {
            "user": users.provision, "remove": users.deprovision, "push": self.groups.push_group,
            "member": self.groups.push_member, "rename": self.groups.push_name,
            "drop": self.groups.delete_group, "retire": users.retire,
        }  # fmt: skip
        self.queue: asyncio.Queue[Job] = asyncio.Queue()
        self.held_jobs: list[Job] = []  # enqueued while the app's connection was disabled
        self.pending = 0
        self.idle = asyncio.Event()
        self.idle.set()
        model.enqueue = self.enqueue

    def enqueue(self, kind: str, app: App, subject: Any) -> None:
        self.pending += 1
        self.idle.clear()
        self.queue.put_nowait((kind, app, subject))

    async def run(self) -> None:
        try:
            while True:
                job = await self.queue.get()
                try:
                    await self._run_job(job)
                finally:
                    self.pending -= 1
                    if not self.pending:
                        self.idle.set()
        finally:
            await self.client.close()

    async def _run_job(self, job: Job) -> None:
        kind, app, subject = job
        await self.clock.sleep(self.latency)
        if app.connection != "ENABLED":
            if app.base_url:  # enabled before; saving credentials disables it temporarily
                self.held_jobs.append(job)
            return
        try:
            await self.jobs[kind](app, subject)
        except Exception as error:  # one failed job must not stop the worker
            traceback.print_exc(file=sys.stderr)
            self._record_error(app, subject, f"Internal error of the sandbox: {error!r}")

    def _record_error(self, app: App, subject: Any, error: str) -> None:
        target = subject[0] if isinstance(subject, tuple) else subject
        item = app.users.get(target) if isinstance(target, str) else target
        if isinstance(item, AppUser | PushMapping):
            item.mark_failed(error, None)
        if not isinstance(item, PushMapping) and item not in app.users.values():
            self.model.record_failure("sandbox", app.body["label"], error, None)

    async def test_credentials(self, app: App) -> None:
        """Test the API credentials; raise ScimError if they do not work."""
        await self.client.call(app, "GET", "/Users", startIndex=1, count=2)

    async def connection_enabled(self, app: App) -> None:
        """Import the groups of AWS and resume the jobs that waited for the connection."""
        await self.groups.import_groups(app)
        resumed = [job for job in self.held_jobs if job[1] is app]
        self.held_jobs = [job for job in self.held_jobs if job[1] is not app]
        for job in resumed:
            self.enqueue(*job)

    def retry_failed(self) -> int:
        """Retry all failed tasks and return their number.

        Replaces "Retry Selected" (Dashboard > Tasks) and "Retry All Groups", which have no public
        API.
        """
        pending_before = self.pending
        for app in self.model.apps.values():
            for app_user in app.users.values():
                if app_user.sync == "ERROR":
                    self.enqueue("user", app, app_user.id)
            for mapping in app.mappings.values():
                if mapping.status == "ERROR":
                    mapping.status, mapping.error, mapping.scim_status = "ACTIVE", None, None
                    self.enqueue("push", app, mapping)
        return self.pending - pending_before

    async def refresh_app_groups(self) -> None:
        """Import the groups of AWS again ("Refresh App Groups", console only)."""
        for app in self.model.apps.values():
            if app.connection == "ENABLED":
                await self.groups.import_groups(app)
