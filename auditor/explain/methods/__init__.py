"""Attribution methods, one per file; the catalog finds them by name and imports them on first use."""
