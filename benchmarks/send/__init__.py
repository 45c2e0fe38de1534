"""Measures the sender against the fastest that there is on the same machine, in the same run.

::

    __main__      what is measured, in which order; prints and writes the figures
    throughput    unsigned and signed, beside Postfix's smtp-source and beside OpenSSL
    latency       a slow and distant server, beside aiosmtplib
    million       an audience of a million: memory, freezing, resuming, status
    small_mailing 500 readers, beside mailmerge
    ours, desk, theirs, distant_server   run in processes of their own
    engine        the one file that knows how the sender is called
"""
