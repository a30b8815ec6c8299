"""The command line: every job of the desk that needs no window."""
