"""What the page Batch says."""
