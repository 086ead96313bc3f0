"""Public data sets of dual-phase CT, as downloaded, turned into a cohort table (docs/public-cohorts.md)."""
