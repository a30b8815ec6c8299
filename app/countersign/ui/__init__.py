"""Shows it: bridge, models, delegates, views."""
