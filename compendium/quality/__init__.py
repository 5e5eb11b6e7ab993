"""Measures the book and the engine: audits of pages, weights, fault injection.

May use: `builder` and the rooms below. Never: `publish`.
"""
