"""The whole declaration: checks across its parts, and the arguments of each component.

Imports every folder of components but `bootstrap`, `preview`, `rotation` and `cli`.
"""
