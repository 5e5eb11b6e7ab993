"""Numbers, intervals, periods, dates and units, and how they are written.

May use: the standard library, portion, pint. Never: a table, a file of the project, pandas, HTML.
"""
