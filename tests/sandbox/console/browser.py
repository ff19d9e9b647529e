"""Uses the sandbox's consoles over HTTP as a person does: reads pages, and sends their forms."""

import html
import re
from typing import Any

import httpx


class Browser:
    """Sends forms with the secret of their page, and follows redirects."""

    def __init__(self, okta: str) -> None:
        self.http = httpx.Client(base_url=okta, follow_redirects=True, timeout=60)

    def get(self, path: str) -> str:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    def submit(
        self, page: str, to: str = "", /, *, status: int = 200, files: Any = None, **fields: Any
    ) -> str:
        """Send a form of `page`, to the page itself or to `to`."""
        csrf = re.search(r'name="csrf" value="([^"]+)"', self.get(page))
        assert csrf, page
        answer = self.http.post(
            to or page, data={"csrf": csrf[1], **fields}, files=files,
            headers={"Origin": str(self.http.base_url).rstrip("/")},
        )  # fmt: skip
        assert answer.status_code == status, answer.text
        return html.unescape(answer.text)
