"""What is measured, against which peers, reproducible with one command: `make bench`."""
