"""Template tags of the language: `{% load language %}` brings the filter `said`."""

from django import template

from auditor.language import said

register = template.Library()
register.filter("said", said)
