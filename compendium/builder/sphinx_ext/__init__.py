"""Sphinx extensions: roles, markup, reproducible builds, hover cards, downloads, pages of claims, metadata.

Each is an adapter; contents come from the rooms below.
"""
