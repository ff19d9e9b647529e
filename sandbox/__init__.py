"""Emulates an Okta org and an AWS account on 127.0.0.1. Imports nothing of the kit."""
