"""Print, releases and editions: the book as one file, bundles, snapshots and what changed between them.

May use: `builder` and the rooms below. Never: `quality`.
"""
