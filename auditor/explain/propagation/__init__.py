"""Backward passes that are not the gradient: LRP and DeepLIFT, operation by operation, without changing a model."""
