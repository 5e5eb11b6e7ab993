"""Tables of a page, each with its caption and the CSV beside it."""
