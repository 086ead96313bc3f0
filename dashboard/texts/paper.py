"""What is written on the buttons that make files."""

REPORT = "Save the report (PDF)"
FOR_A_PAPER = "The nomogram for a paper or a slide"
WITH_MARKS = "With this patient’s marks"
AS_KIND = "Save as {kind}"
AS_PAGE = "Save as interactive page"
