"""Tests the wheel outside the clone, with a minimal environment."""
