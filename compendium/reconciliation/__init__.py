"""Which claims are consistent with each other: linear constraints, components, exact solvers, verdicts.

May use: the rooms below (`ledger`, `values`, `project`), z3, networkx. Never: words for readers, HTML.
"""
