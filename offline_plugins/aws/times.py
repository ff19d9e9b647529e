"""Times in the format of terraform-provider-aws."""

from __future__ import annotations

from datetime import UTC, datetime


def format_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
