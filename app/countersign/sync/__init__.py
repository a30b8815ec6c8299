"""Agrees with the shared database."""
