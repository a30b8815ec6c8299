"""The staff: read, check, match, decide; each with a name and a version."""
