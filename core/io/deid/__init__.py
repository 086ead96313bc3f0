"""De-identification at the door: DICOM PS3.15 basic profile, and the like for the headers of other image files."""
