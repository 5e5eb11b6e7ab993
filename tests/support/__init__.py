"""Made-up ledgers and whatever else several test modules rest on."""
