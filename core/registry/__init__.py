"""Cases that last: a database of saved cases, and beside it a folder of their images by content."""
