"""From evidence to a document: snapshot, figures, HTML, PDF; and verifying one."""
