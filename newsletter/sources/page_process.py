"""Reads pages in a process of its own, started by :mod:`.page_reader`, as :mod:`.feed_process` reads feeds."""

from newsletter.sources.feed_process import answer_with
from newsletter.sources.page import read_page

if __name__ == "__main__":
    answer_with(read_page)
