"""What the author of a chapter writes with: one object for a ledger, selections of its rows, and what they show.

It may use every analysis and everything that shows results. It computes nothing that an analysis does not compute,
never changes a table of the ledger, and knows no country, source or chapter.
"""
