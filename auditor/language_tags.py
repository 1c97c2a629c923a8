"""Template tags of the language: `{% load language %}` brings the filters `said` and `law`."""

from django import template

from auditor.language import law, said

register = template.Library()
register.filter("said", said)
register.filter("law", law)
