"""Cards: what opens at a link to a claim, a conflict, an observation; and the explorer of all claims."""
