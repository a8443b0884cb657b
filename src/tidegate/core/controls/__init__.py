"""What people and the desk itself do about risk: limits, approvals, the kill switch, transfers, and what watches."""
