"""App users through SCIM: created, updated, deactivated, reactivated. Never deleted.

Written on the app user in Okta's words: how it went. Of somebody who is unassigned no app user is
left; a deactivation that fails then goes to the model's failures.
"""

from typing import Any

from sandbox.okta.model import ACTIVE, App, AppUser, Model
from sandbox.provisioning.client import PATCH, Refused, ScimClient
from sandbox.provisioning.document import scim_user
from sandbox.provisioning.template import user_name


class People:
    def __init__(self, model: Model, client: ScimClient) -> None:
        self.model, self.client = model, client

    async def arrive(self, app: App, ident: str) -> None:
        """Bring one app user to what Okta's user is now."""
        app_user, user = app.users.get(ident), self.model.users[ident]
        if app_user is None:
            return  # unassigned meanwhile
        try:
            if user["status"] in ACTIVE:
                await self._active(app, app_user, user)
            else:
                await self._inactive(app, app_user, user["status"])
        except Refused as refused:
            app_user.refuse(
                f"Automatic profile push of {user['profile']['login']} to app {app.body['label']} "
                f"failed: Error while trying to push profile update for {app_user.name}: "
                f"{refused.words}",
                refused.status,
            )

    async def leave(self, app: App, app_user: AppUser) -> None:
        """Deactivate somebody who is unassigned by now."""
        if app_user.id in app.users or not app.on("update", "lifecycleDeactivate"):
            return  # assigned again meanwhile
        if scim_id := app.people.get(app_user.id):
            try:
                await self._switch(app, scim_id, False)
            except Refused as refused:
                error = f"Deactivating {app_user.name} in app {app.body['label']} failed: "
                self.model.fail(
                    "deactivation", app_user.name, error + refused.words, refused.status
                )

    async def _active(self, app: App, app_user: AppUser, user: Any) -> None:
        if app_user.scim_id is None and not app.on("create", "lifecycleCreate"):
            return
        if app_user.status == "PROVISIONED" and not app.on("update", "profile"):
            return
        # Assumed: Okta works the user name out anew with each push ("create and update").
        template = app.body["credentials"]["userNameTemplate"]["template"]
        app_user.name = user_name(template, user["profile"])
        await self._send(app, app_user, user)
        app_user.become("PROVISIONED")

    async def _inactive(self, app: App, app_user: AppUser, status: str) -> None:
        """Assumed: who is suspended in Okta is deactivated like who is deprovisioned there."""
        left = "DEPROVISIONED" if status == "DEPROVISIONED" else "SUSPENDED"
        if app_user.scim_id is None:
            if left == "DEPROVISIONED":
                app_user.status = left
            return  # never arrived
        if app.on("update", "lifecycleDeactivate"):
            await self._switch(app, app_user.scim_id, False)
            app_user.become(left)

    async def _send(self, app: App, app_user: AppUser, user: Any) -> None:
        name = app_user.name
        for other in app.users.values():
            if other is not app_user and other.scim_id and other.name.lower() == name.lower():
                raise Refused(0, "Conflict", f"the user name {name} is taken by another app user")
        body = scim_user(app_user.id, name, user["profile"], True)
        if app_user.scim_id is None:
            quoted = name.replace("\\", "\\\\").replace('"', '\\"')
            found = await self.client.call(app, "GET", "/Users", filter=f'userName eq "{quoted}"',
                                           startIndex=1, count=100)  # fmt: skip
            if not found["Resources"]:
                made = await self.client.call(app, "POST", "/Users", body)
                app.people[app_user.id] = app_user.scim_id = made["id"]
                return
            app.people[app_user.id] = app_user.scim_id = found["Resources"][0]["id"]
        scim_id = app.people[app_user.id]
        if not app.on("update", "profile"):
            await self._switch(app, scim_id, True)
            return
        await self.client.call(app, "PUT", f"/Users/{scim_id}", {**body, "id": scim_id})

    async def _switch(self, app: App, scim_id: str, active: bool) -> None:
        operation = {"op": "replace", "path": "active", "value": active}
        body = {"schemas": [PATCH], "Operations": [operation]}
        await self.client.call(app, "PATCH", f"/Users/{scim_id}", body)
