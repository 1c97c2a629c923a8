"""Intake: every upload is read and checked in a limited child process before anything is registered."""
