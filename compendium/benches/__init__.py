"""Measures how long the book takes to build, beside the floor of the same machine in the same run.

Every part works in temporary copies of the repository; none writes into the checkout. What is measured, and against
what, stands in `compendium.benches.parts`; the rows of the table are the office of `compendium.benches.rows`.
"""
