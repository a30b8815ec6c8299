"""What happens next and who may do it."""
