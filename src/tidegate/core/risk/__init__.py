"""Stage 2: limits, checks, kill switch. Nothing is routed without a `RiskApproved`."""
