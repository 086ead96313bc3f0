"""What goes back to a PACS: segmentation, heatmaps, structured report and PDF as DICOM beside the CT they are of."""
