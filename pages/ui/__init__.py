"""What pages are made of: sign-in, frame, words, tables, figures, the viewer."""
