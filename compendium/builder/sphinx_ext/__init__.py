"""Extensions of Sphinx: roles, strict and reproducible pages, cards, downloads, pages of claims.

Each is thin: what it shows comes from the rooms below.
"""
