"""Counts and learns."""
