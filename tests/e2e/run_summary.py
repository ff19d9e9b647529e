"""What an end-to-end run has proved, and what not: said loudly at its end."""

from toolchain.engine import Engine
from toolchain.plugin_resolver import Plugin, variable

NOT_VERIFIED = "NOT VERIFIED"
_CALLED = {"okta": "Okta", "aws": "AWS"}


def verdict(engine: Engine, plugins: list[Plugin]) -> list[str]:
    """A line for the engine and one for each plugin."""
    lines = [f"Engine: {engine.title}"]
    for plugin in plugins:
        called = _CALLED[plugin.name]
        if plugin.origin == "replacement":
            lines.append(
                f"{NOT_VERIFIED} with the real {called} plugin: {plugin.title} ran. To verify: "
                f"pulumi plugin install resource {plugin.name} {plugin.version}, or "
                f"{variable(plugin.name)}=/path/to/pulumi-resource-{plugin.name}"
            )
        else:
            lines.append(f"{called} plugin: {plugin.title}")
    return lines
