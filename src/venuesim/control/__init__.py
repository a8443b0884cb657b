"""The control API under `/_sim`: accounts, markets, faults, limits and the ledger, the same for all venues."""
