"""The steps by which a database of cases becomes one of this version."""
