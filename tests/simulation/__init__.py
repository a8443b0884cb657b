"""The whole order manager under a seeded scheduler, against venues in memory that break at will."""
