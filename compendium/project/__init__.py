"""The project itself: its paths, problems found in it, how it is cited, its changelog, checksums and archives.

May use: the standard library. Never: the ledger's tables, pandas, Sphinx.
"""
