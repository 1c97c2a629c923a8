"""The breast-cancer table that ships with scikit-learn, and a small network that reads it."""
