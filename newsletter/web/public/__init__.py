"""The readers' own pages: subscribe, confirm, leave, choose; HTML that works without a script."""
