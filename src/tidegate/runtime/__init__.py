"""What makes the pure engine live: the loop, group commit, timers, recovery, the real clock."""
