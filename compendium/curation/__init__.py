"""Getting data in and keeping it valid: validation, checks of rows, drafts from texts, refreshed series.

May use: `analysis` and the rooms below. Never: a page, a notebook, a chart.
"""
