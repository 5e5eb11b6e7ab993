"""Results for readers: tables, charts, cards, and the interface that chapters are written with.

It may use the analyses and everything they rest on, pandas, Matplotlib and IPython. It never changes data, decides
nothing about a claim, and knows no page of a book.
"""
