"""What tests of all rooms share: the small made-up compendium, and what makes and spoils copies of it."""
