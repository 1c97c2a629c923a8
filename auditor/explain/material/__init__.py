"""Whether a set is fit to be measured on: missing labels, copies, and items that the model was trained on."""
