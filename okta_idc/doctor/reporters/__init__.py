"""Writes the report for readers (terminal, HTML, Markdown) and tools (JSON, JUnit, SARIF)."""
