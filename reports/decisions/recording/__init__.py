"""Recording: what a sending system hands in, and how it gets into the register, once."""
