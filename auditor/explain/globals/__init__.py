"""What is said about a model over a whole set: regions, features of images, a surrogate tree."""
