"""The command line: people's way to a desk, built on the Python client; and the commands that run one."""
