"""What a suspicion network reacted to in a nodule's cube: a signed map and the places that weighed most. Not where cancer is."""
