"""What is wrong with the MJML that a theme made, before its place in the theme's files is known."""


class MjmlError(Exception):
    """What is wrong at one place of the MJML.

    :param offset: in characters from the start of the MJML.
    """

    def __init__(self, what: str, todo: str, *, offset: int) -> None:
        self.what = what
        self.todo = todo
        self.offset = offset
        super().__init__(f"{what} at {offset}")
