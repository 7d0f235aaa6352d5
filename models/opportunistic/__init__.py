"""What else a chest CT shows, measured without a network: emphysema, coronary calcium, bone. Off until validated where it is used."""
