"""The rules asked of the live Okta org and the live Identity Center. Reads only.

`look` collects once, page by page; `ask` puts the rules' questions to what was found; `show` tells
the report. What nobody could look at is told as `unknown` with what is missing, never as fine.
"""
