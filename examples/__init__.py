"""Examples that anyone can rerun: synthetic films with models that read them well or badly, and real ones."""
