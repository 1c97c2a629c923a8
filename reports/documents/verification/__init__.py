"""Verifying a report or a letter: are they the signed bytes, signed by whom, held by the log, still standing?"""
