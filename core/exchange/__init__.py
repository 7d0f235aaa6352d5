"""What leaves Firstlight in a form of its own: reports and letters as PDF."""
