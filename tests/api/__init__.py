"""What a person meets who works from Python: the public names, what they take and what they say."""
