"""Quality measurements of data, engine and book: fault injection.

May use: `builder` and the rooms below. Never: `publish`.
"""
