"""The whole declaration: checks across its parts, and the arguments of each component.

Imports every folder of components except `bootstrap`, `cli`, `preview` and `rotation`.
"""
