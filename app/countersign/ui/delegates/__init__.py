"""Paints rows from roles alone."""
