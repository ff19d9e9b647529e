"""Who may use what in AWS: the map of push groups, and what an update changes for people.

Pure functions join what was read or declared, compare it, and render it.
"""
