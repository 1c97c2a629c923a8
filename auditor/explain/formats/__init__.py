"""Medical files, read within bounds: DICOM images and series, NIfTI volumes, and what identifies a person removed."""
