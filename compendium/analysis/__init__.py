"""What follows from the ledger: corroboration, conflicts, derived quantities, citations, dates, sensitivity.

May use: `reconciliation` and the rooms below. Never: HTML, IPython, Matplotlib, a file written.
"""
