"""Does a model decide by what merely goes along with the label?"""
