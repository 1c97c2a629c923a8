"""Verifying a report: are these the signed bytes, who signed them, does the log hold them, do they still stand?"""
