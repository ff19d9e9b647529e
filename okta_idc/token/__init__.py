"""Rotates the SCIM token: which token is in use, how to replace it, and when the old one may go.

The progress of a rotation is in the secret's staging labels and tags, not on this machine, so that
an interrupted rotation continues anywhere. Decision 0032 has the reasons.
"""
