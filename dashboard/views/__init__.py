"""One file per page, each with a thin show(): fetch, hand to widgets and figures, say "nothing yet" first."""
