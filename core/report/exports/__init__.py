"""The registry to other programs: tables and FHIR, with pseudonyms, months for days and no free text."""
