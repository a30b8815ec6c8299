"""Tells what the limits that a page child is under did to it."""


def is_memory(error: Exception) -> bool:
    """Tell whether a library's error means that memory ran out."""
    text = str(error).lower()
    return any(word in text for word in ("malloc", "calloc", "bad_alloc", "out of memory", "cannot allocate"))
