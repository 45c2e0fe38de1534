"""What mail clients do not support of a mail: features by caniemail.com, where they are used, and who lacks them."""
