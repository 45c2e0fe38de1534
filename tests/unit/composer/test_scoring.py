from datetime import timedelta

from newsletter.composer.scoring import PickRates, score

NEVER = timedelta(days=9999)
HALF_LIFE = timedelta(days=3)


def rates(**feeds):
    found = PickRates()
    for feed, (picked, shown) in feeds.items():
        for number in range(shown):
            found.count(feed, picked=number < picked)
    return found


def terms(**facts):
    usual = {"feed": 0.25, "outlets": 1, "age": NEVER, "half_life": HALF_LIFE, "noted": False}
    return {name: round(value, 2) for name, value in score(**{**usual, **facts}).terms.items()}


def test_a_score_is_the_sum_of_its_terms_and_shows_them():
    found = score(feed=0.42, outlets=4, age=HALF_LIFE, half_life=HALF_LIFE, noted=False)
    assert str(found) == ".77 = feed .42 + story .23 + new .12"
    assert round(found.total, 2) == 0.77


def test_a_story_that_more_outlets_tell_counts_more_up_to_seven():
    assert [terms(outlets=many)["story"] for many in (1, 2, 3, 7, 50)] == [0.0, 0.1, 0.17, 0.35, 0.35]


def test_what_is_new_loses_half_of_it_each_half_life_and_what_is_dated_ahead_is_new():
    ages = (-HALF_LIFE, timedelta(), HALF_LIFE, 2 * HALF_LIFE, NEVER)
    assert [terms(age=age)["new"] for age in ages] == [0.25, 0.25, 0.12, 0.06, 0.0]


def test_only_what_an_editor_noted_shows_that_term():
    assert terms(noted=True)["noted"] == 0.2
    assert "noted" not in terms()


def test_a_feed_nobody_has_decided_about_counts_as_the_average_of_all_feeds():
    assert rates().term("new") == 0.25
    assert round(rates(good=(8, 10), bad=(0, 10)).term("new"), 6) == 0.25


def test_a_feed_that_is_picked_often_counts_more_and_one_pick_of_one_is_no_certainty():
    found = rates(often=(30, 40), once=(1, 1), never=(0, 60))
    assert found.term("never") < found.term("unknown") < found.term("once") < found.term("often") < 0.5
