"""The tables as typed: their schema, the loader, claims, observations, events, corrections and permanent ids.

May use: `values`, `project`, pandas. Never: a conclusion from more than one row, HTML, Matplotlib.
"""
