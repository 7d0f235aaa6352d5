"""Reports drawn as figures for documents: one plot per file, from a report's JSON to PNG and SVG."""
