"""Who owns what: holdings with reservations, the double-entry ledger, profit and loss."""
