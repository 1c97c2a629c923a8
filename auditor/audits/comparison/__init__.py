"""Comparing two runs, pure: evidence and shard records in, one document out."""

from auditor.audits.comparison.compare import Given as Given
from auditor.audits.comparison.compare import check_alike as check_alike
from auditor.audits.comparison.compare import compare as compare
from auditor.audits.comparison.documents import Comparison as Comparison
