"""The programme page, part by part."""
