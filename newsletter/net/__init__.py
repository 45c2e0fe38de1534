"""The network beyond mail: name servers and web addresses, asked with limits and never on a private network unasked."""
