"""Readers of one kind of fact each: courses, diagnoses, dates, response and their like."""
