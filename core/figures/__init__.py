"""What the programme's figures are cut by, held against, kept as and compared with."""
