"""Applies the rules to the live Okta org and the live Identity Center. Reads only.

`bindings` turns the inventory into the subjects of rules, `reporters` writes the report. A rule
whose subject could not be read is reported as `unknown` with the reason, never as passed.
"""
