"""Stage 7: the venue's picture against ours: accounts, strange orders, positions, balances, and what differs."""
