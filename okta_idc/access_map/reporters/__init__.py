"""The map and the review as terminal text, HTML page, Markdown and JSON."""
