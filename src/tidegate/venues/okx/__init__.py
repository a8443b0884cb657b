"""OKX v5: spot, and perpetual swaps that settle in a stablecoin."""
