"""Charts of a page, with alternative texts made from the values that they show."""
