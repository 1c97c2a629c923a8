"""Drawn CT volumes of a chest with a lesion in a lung or without one, and a small network that reads them."""
