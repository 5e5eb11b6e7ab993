"""Results for readers: tables, charts, cards, downloads, the chapter interface, text for terminals.

May use: `analysis` and the rooms below. Never: a result of its own, a notebook run, Sphinx.
"""
