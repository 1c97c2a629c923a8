"""Questions about parts: the model is asked with some parts of an item there and the others replaced."""
