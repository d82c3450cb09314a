"""Turns Pulumi resources into API calls, with a few small functions for each type, in one table.

Nested objects are passed on unchanged, so that the API's own model refuses a misspelled key.
"""
