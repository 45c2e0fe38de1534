"""What a browser sees: the preview for the editor."""
