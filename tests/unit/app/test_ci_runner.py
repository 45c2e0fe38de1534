"""A machine that is thrown away after its job is known by its environment."""

import pytest

from newsletter.app.ci_runner import runner_of


@pytest.mark.parametrize(
    "environment, said",
    [
        ({"CI": "true"}, "CI=true"),
        ({"CI": "1", "GITHUB_ACTIONS": "true"}, "CI=1"),
        ({"GITHUB_ACTIONS": "true"}, "GITHUB_ACTIONS=true"),
        ({"JENKINS_URL": "https://ci.example.com/"}, "JENKINS_URL=https://ci.example.com/"),
        ({}, ""),
        ({"CI": ""}, ""),
        ({"CI": "False", "HOME": "/home/ada"}, ""),
        ({"CI": "0"}, ""),
    ],
)
def test_a_runner_is_known_by_what_it_sets(environment, said):
    assert runner_of(environment) == said
