"""One labelled evaluation per file: a folder in, a report out."""
