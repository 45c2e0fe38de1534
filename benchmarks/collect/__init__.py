"""What collecting, winnowing and remembering cost, and how right they are: each module here has ``figures()``."""
