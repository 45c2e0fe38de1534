"""RenderedIssue × subscriber → Delivery: addressing, file outputs, SMTP, verdicts, the mailing loop."""
