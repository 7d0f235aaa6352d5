"""How outcomes are listed, entered, checked and told."""
