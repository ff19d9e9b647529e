"""The summary at the end of an end-to-end run: which engine and plugins ran."""

from toolchain.engine import Engine
from toolchain.plugin_resolver import Plugin, variable

NOT_VERIFIED = "NOT VERIFIED"
_TITLES = {"okta": "Okta", "aws": "AWS"}


def summary_lines(engine: Engine, plugins: list[Plugin]) -> list[str]:
    """One line for the engine and one for each plugin."""
    lines = [f"Engine: {engine.title}"]
    for plugin in plugins:
        title = _TITLES[plugin.name]
        if plugin.origin == "replacement":
            lines.append(
                f"{NOT_VERIFIED} with the official {title} plugin: {plugin.title} ran. To verify: "
                f"pulumi plugin install resource {plugin.name} {plugin.version}, or "
                f"{variable(plugin.name)}=/path/to/pulumi-resource-{plugin.name}"
            )
        else:
            lines.append(f"{title} plugin: {plugin.title}")
    return lines
