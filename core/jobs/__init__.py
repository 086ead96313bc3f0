"""Long work in pieces: many independent jobs in this process, on this machine's cores or on a Dask cluster."""
