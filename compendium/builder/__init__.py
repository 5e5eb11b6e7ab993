"""Builds notebooks and the site: keys, kernels, execution, partial and whole builds.

May use: `display`, `curation` and the rooms below. Never: Sphinx, but for `sphinx_ext` and the process that runs it.
"""
