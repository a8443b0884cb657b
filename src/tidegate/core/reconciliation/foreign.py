"""Orders and trades at the venue that are none of the desk's: made by hand, or by another program."""
