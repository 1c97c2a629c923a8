"""Real chest films: preparing a validation set and training a small network on the CPU."""
