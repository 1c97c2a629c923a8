"""How a language writes dates and times, where that is not as Django has it."""
