"""The whole declaration: checks across its parts, and what each part gets.

Imports every folder of components but `bootstrap`, `preview`, `rotation` and `cli`.
"""
