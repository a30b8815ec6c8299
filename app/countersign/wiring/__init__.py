"""Puts the parts together; the only room that knows them all."""
