"""Finds what an interrupted run left behind, and the commands that put it right.

A run that loses an answer, or is killed, can leave an object in Okta or AWS that the state does not
have, or the reverse. `differences` compares both; nothing here changes anything.
"""
