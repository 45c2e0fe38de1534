import asyncio
import threading

import pytest

from newsletter.web.public.together import Together


def test_who_asks_while_a_batch_is_under_way_is_in_the_next_one_together():
    batches, go = [], threading.Event()

    def serve(asked):
        batches.append(list(asked))
        go.wait()
        return [word != "bad" for word in asked]

    async def run():
        together = Together(serve)
        first = asyncio.create_task(together.take("first"))
        while not batches:
            await asyncio.sleep(0)
        rest = [asyncio.create_task(together.take(word)) for word in ("a", "bad", "b")]
        await asyncio.sleep(0)
        gone = rest.pop(0)
        gone.cancel()
        go.set()
        return await first, await asyncio.gather(*rest)

    assert asyncio.run(run()) == (True, [False, True])
    assert batches == [["first"], ["a", "bad", "b"]]


def test_a_batch_that_fails_fails_for_those_in_it_and_the_next_one_is_served():
    def serve(asked):
        if "bad" in asked:
            raise ValueError("no")
        return [True] * len(asked)

    async def run():
        together = Together(serve)
        with pytest.raises(ValueError):
            await together.take("bad")
        return await together.take("good")

    assert asyncio.run(run())
