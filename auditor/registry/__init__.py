"""Models, their versions and validation sets; every upload passes through intake."""
