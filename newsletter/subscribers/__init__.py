"""Who gets it: addresses that will do, files of them in, files of them out; the door of email-validator."""
