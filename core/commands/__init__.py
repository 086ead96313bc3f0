"""What each command does: files in, one call of the floors below, files or JSON out."""
