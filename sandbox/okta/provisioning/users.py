"""User provisioning through SCIM: creates, updates, deactivates and reactivates, never deletes.

The app user records the outcome with Okta's message. An unassigned user has no app user; if the
deactivation fails, the model records the failure.

A user suspended in Okta keeps the account in AWS (Okta's help: app and group memberships are
maintained), and Okta sends nothing until the user is active again. Unassigning a user deactivates
the account in AWS; deactivating a user in Okta unassigns them.
"""

import contextlib
from typing import Any

from ..model import ACTIVE, App, AppUser, Model
from ..username_template import user_name
from .scim_client import PATCH, ScimClient, ScimError
from .scim_user import scim_user

# Okta's names for the two tasks (docs/research/aws-setup-page.md#troubleshooting).
_PROFILE_PUSH, _PROVISIONING = "profile push of", "provisioning of user"


class _TaskError(Exception):
    """The text after Okta's "… failed: ", and the status of the SCIM answer, if any."""

    def __init__(self, text: str, status: int | None, task: str = _PROFILE_PUSH) -> None:
        super().__init__(text)
        self.text, self.status, self.task = text, status, task


class UserProvisioning:
    """Provisions and deprovisions the users of an app."""

    def __init__(self, model: Model, client: ScimClient) -> None:
        self.model, self.client = model, client

    async def provision(self, app: App, ident: str) -> None:
        """Send the current state of one user to AWS."""
        app_user = app.users.get(ident)
        if app_user is None:
            return  # unassigned in the meantime
        user = self.model.users[ident]
        try:
            if user["status"] in ACTIVE:
                await self._push_user(app, app_user, user)
        except _TaskError as failure:
            task = f"Automatic {failure.task} {user['profile']['login']} to app"
            app_user.mark_failed(
                f"{task} {app.body['label']} failed: {failure.text}", failure.status
            )

    async def deprovision(self, app: App, app_user: AppUser) -> None:
        """Deactivate an unassigned user in AWS."""
        if app_user.id in app.users or not app.is_enabled("update", "lifecycleDeactivate"):
            return  # assigned again, or "Deactivate Users" is off
        if scim_id := app.scim_user_ids.get(app_user.id):
            try:
                await self._set_active(app, scim_id, False)
            except ScimError as refusal:
                if refusal.status == 404:
                    return  # already deleted in AWS
                error = f"Deactivating {app_user.name} in app {app.body['label']} failed: "
                self.model.record_failure(
                    "deactivation", app_user.name, error + refusal.message, refusal.status
                )

    async def retire(self, app: App, subject: tuple[str, bool]) -> None:
        """Deactivate or delete a user in AWS whose app was deleted."""
        scim_id, delete = subject
        with contextlib.suppress(ScimError):
            if delete:
                await self.client.call(app, "DELETE", f"/Users/{scim_id}")
            else:
                await self._set_active(app, scim_id, False)

    async def _push_user(self, app: App, app_user: AppUser, user: Any) -> None:
        if app_user.status == "PROVISIONED" and not app.is_enabled("update", "profile"):
            return
        create, update = (
            app.is_enabled("create", "lifecycleCreate"),
            app.is_enabled("update", "profile"),
        )
        if app_user.scim_id is None and not create and not update:
            return  # all features are off: Okta does not search for the user
        # Assumed: Okta evaluates the user name template with each push ("create and update").
        template = app.body["credentials"]["userNameTemplate"]["template"]
        name = app_user.name = app_user.name_override or user_name(template, user["profile"])
        for other in app.users.values():
            if other is not app_user and other.scim_id and other.name.lower() == name.lower():
                # Assumed: user names are unique (docs/research/aws-setup-page.md#troubleshooting).
                text = f"the user name {name} is already used by another user of the app"
                raise _TaskError(
                    f"Error while trying to push profile update for {name}: {text}", None
                )
        if app_user.scim_id is None:
            await self._link_existing(app, app_user)
        if app_user.scim_id is None and not create:
            raise _TaskError("Matching user not found", None, _PROVISIONING)
        profile = self.model.app_profile(app, app_user)
        try:
            await self._send(app, app_user, scim_user(app_user.id, name, profile, True))
        except ScimError as refusal:
            raise _push_failed(name, app_user.scim_id, refusal) from None
        app_user.mark_synchronized("PROVISIONED")

    async def _link_existing(self, app: App, app_user: AppUser) -> None:
        """Link the app user to the AWS user with the same user name, if there is one."""
        name = app_user.name
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        try:
            found = await self.client.call(app, "GET", "/Users", filter=f'userName eq "{quoted}"',
                                           startIndex=1, count=100)  # fmt: skip
        except ScimError as refusal:
            text = f"Error while verifying if user {name} exists: {refusal.reason}"
            raise _TaskError(text, refusal.status, _PROVISIONING) from None
        if found["Resources"]:
            app.scim_user_ids[app_user.id] = app_user.scim_id = found["Resources"][0]["id"]

    async def _send(self, app: App, app_user: AppUser, body: dict[str, Any]) -> None:
        if app_user.scim_id is None:
            created = await self.client.call(app, "POST", "/Users", body)
            app.scim_user_ids[app_user.id] = app_user.scim_id = created["id"]
        elif app.is_enabled("update", "profile"):
            body |= {"id": app_user.scim_id}
            await self.client.call(app, "PUT", f"/Users/{app_user.scim_id}", body)
        else:
            await self._set_active(app, app_user.scim_id, True)

    async def _set_active(self, app: App, scim_id: str, active: bool) -> None:
        operation = {"op": "replace", "path": "active", "value": active}
        body = {"schemas": [PATCH], "Operations": [operation]}
        await self.client.call(app, "PATCH", f"/Users/{scim_id}", body)


def _push_failed(name: str, scim_id: str | None, refusal: ScimError) -> _TaskError:
    """Okta's two messages (docs/research/scim.md#objects-that-aws-already-has)."""
    reason = refusal.message
    if scim_id and refusal.status == 404:
        reason = f"No user returned for user {scim_id}"
    return _TaskError(
        f"Error while trying to push profile update for {name}: {reason}", refusal.status
    )
