"""How fast a run is, in the words of its bar."""

from newsletter.cli.progress import Pace, counting_if_long


def test_the_pace_is_over_the_whole_run_with_the_time_that_is_left():
    seconds = iter([0.0, 0.0, 30.0, 60.0])
    pace = Pace(clock=lambda: next(seconds))
    pace.words(501, 1000)
    assert pace.words(600, 900) == "200 a minute, 4 min left"
    assert pace.words(1500, 0) == "1,000 a minute"


def test_what_may_take_long_shows_nothing_until_it_does(capsys):
    with counting_if_long("comparing") as advance:
        pass
    assert capsys.readouterr().err == ""
    with counting_if_long("comparing") as advance:
        advance(500, 1000)
        advance(1000, 1000)
    assert capsys.readouterr().err == "comparing: 1000 of 1000\n"
