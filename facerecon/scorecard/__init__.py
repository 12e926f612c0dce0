"""A head judged against a scan, beside heads that know no photo: the scores, their pictures, and a report to keep."""
