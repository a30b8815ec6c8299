"""What a person or an administrator may choose, and the data that ships with the desk."""
