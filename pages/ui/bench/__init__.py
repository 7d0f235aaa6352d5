"""`python -m pages.ui.bench`: how fast the reading room is, in headless Chromium on a temporary installation of phantom images."""
