"""Temporary copies of the repository, for the comparison of two builds."""
