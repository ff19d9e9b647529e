"""Finding a federation that was made by hand, and writing the settings that take it over.

`look` reads both sides, `draft` makes settings of it and says what they cannot express, `text`
writes the stack file. Reads only; what imports is the components' affair.
"""
