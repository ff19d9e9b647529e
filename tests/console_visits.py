"""What a person does in the consoles of a sandbox process: SCIM tokens in AWS, and in Okta."""

import html
import re

import httpx

SETTINGS = "/aws-console/settings"
PROVISIONING = f"{SETTINGS}/provisioning"


class ConsoleVisits:
    """Visits the consoles at the address of the sandbox's Okta."""

    def __init__(self, okta: str) -> None:
        self._http = httpx.Client(
            base_url=okta, headers={"Origin": okta}, timeout=60, trust_env=False,
            follow_redirects=True,
        )  # fmt: skip

    def generate(self) -> str:
        """Generate a SCIM token, which AWS shows once."""
        page = self._post(f"{PROVISIONING}/token")
        found = re.search(r">(sandbox-scim-[0-9a-f]+)<", page)
        assert found, page
        return found[1]

    def tokens(self) -> list[str]:
        """The IDs of AWS's tokens, the oldest first."""
        page = self._http.get(PROVISIONING).text
        return list(dict.fromkeys(re.findall(r"/token/([0-9a-f-]+)/delete", page)))

    def delete(self, ident: str) -> None:
        """Delete a token in AWS."""
        self._post(f"{PROVISIONING}/token/{ident}/delete", confirm="DELETE")
        assert ident not in self.tokens()

    def paste(self, app_id: str, endpoint: str, token: str) -> None:
        """Enter the endpoint and the token in the app, and save."""
        self._post(
            f"/admin/app/amazon_aws_sso/instance/{app_id}/provisioning/integration", save="",
            enable="on", base_url=endpoint.rstrip("/"), api_token=token,
        )  # fmt: skip

    def _post(self, path: str, **fields: str) -> str:
        page = self._http.get(f"{SETTINGS}/identity-source/external").text
        secret = re.search(r'name="csrf" value="([^"]+)"', page)
        assert secret, page
        answer = self._http.post(path, data={"csrf": html.unescape(secret[1]), **fields})
        assert answer.status_code == 200, answer.text
        return answer.text
