"""App users through SCIM: created, updated, deactivated, reactivated. Never deleted.

Written on the app user in Okta's words: how it went. Of somebody who is unassigned no app user is
left; a deactivation that fails then goes to the model's failures.

Whoever is suspended in Okta keeps the account in AWS (Okta's help: app and group memberships are
maintained), and nothing is sent for them until they are active again. Only who loses the assignment
is deactivated, and whoever is deactivated in Okta loses it.
"""

from typing import Any

from ..okta.model import ACTIVE, App, AppUser, Model
from .scim_client import PATCH, ScimClient, ScimError
from .scim_user import scim_user
from .username_template import user_name

# Okta's names of the two tasks (docs/research/aws-setup-page.md#troubleshooting).
_PROFILE_PUSH, _PROVISIONING = "profile push of", "provisioning of user"


class _TaskError(Exception):
    """Okta's sentence behind «… failed: », and the SCIM answer's status, if there was one."""

    def __init__(self, text: str, status: int | None, task: str = _PROFILE_PUSH) -> None:
        super().__init__(text)
        self.text, self.status, self.task = text, status, task


class UserProvisioning:
    def __init__(self, model: Model, client: ScimClient) -> None:
        self.model, self.client = model, client

    async def provision(self, app: App, ident: str) -> None:
        """Bring one app user to what Okta's user is now."""
        app_user, user = app.users.get(ident), self.model.users[ident]
        if app_user is None:
            return  # unassigned meanwhile
        try:
            if user["status"] in ACTIVE:
                await self._push_user(app, app_user, user)
        except _TaskError as failure:
            task = f"Automatic {failure.task} {user['profile']['login']} to app"
            app_user.mark_failed(
                f"{task} {app.body['label']} failed: {failure.text}", failure.status
            )

    async def deprovision(self, app: App, app_user: AppUser) -> None:
        """Deactivate somebody who is unassigned by now."""
        if app_user.id in app.users or not app.is_enabled("update", "lifecycleDeactivate"):
            return  # assigned again meanwhile
        if scim_id := app.scim_user_ids.get(app_user.id):
            try:
                await self._set_active(app, scim_id, False)
            except ScimError as refused:
                if refused.status == 404:
                    return  # deleted in AWS before
                error = f"Deactivating {app_user.name} in app {app.body['label']} failed: "
                self.model.record_failure(
                    "deactivation", app_user.name, error + refused.message, refused.status
                )

    async def _push_user(self, app: App, app_user: AppUser, user: Any) -> None:
        if app_user.status == "PROVISIONED" and not app.is_enabled("update", "profile"):
            return
        create, update = (
            app.is_enabled("create", "lifecycleCreate"),
            app.is_enabled("update", "profile"),
        )
        if app_user.scim_id is None and not create and not update:
            return  # nothing is switched on: Okta looks for nobody
        # Assumed: Okta works the user name out anew with each push ("create and update").
        template = app.body["credentials"]["userNameTemplate"]["template"]
        name = app_user.name = app_user.name_override or user_name(template, user["profile"])
        for other in app.users.values():
            if other is not app_user and other.scim_id and other.name.lower() == name.lower():
                # Assumed; user names are unique (docs/research/aws-setup-page.md#troubleshooting).
                text = f"the user name {name} is taken by another user of the app"
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
        except ScimError as refused:
            raise _push_failed(name, app_user.scim_id, refused) from None
        app_user.mark_synchronized("PROVISIONED")

    async def _link_existing(self, app: App, app_user: AppUser) -> None:
        """Take over who has this user name in AWS already."""
        name = app_user.name
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        try:
            found = await self.client.call(app, "GET", "/Users", filter=f'userName eq "{quoted}"',
                                           startIndex=1, count=100)  # fmt: skip
        except ScimError as refused:
            text = f"Error while verifying if user {name} exists: {refused.reason}"
            raise _TaskError(text, refused.status, _PROVISIONING) from None
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


def _push_failed(name: str, scim_id: str | None, refused: ScimError) -> _TaskError:
    """Okta's two sentences (docs/research/scim.md#objects-that-aws-already-has)."""
    reason = refused.message
    if scim_id and refused.status == 404:
        reason = f"No user returned for user {scim_id}"
    return _TaskError(
        f"Error while trying to push profile update for {name}: {reason}", refused.status
    )
