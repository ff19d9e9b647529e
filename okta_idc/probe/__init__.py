"""Experiments on a throw-away Okta org and Identity Center instance: what they really do."""
