"""Knows a machine that is thrown away after its job: a runner of continuous integration."""

from collections.abc import Mapping

VARIABLES = (
    "CI",  # GitHub, GitLab, Circle, Travis, Buildkite, Drone, Woodpecker, Cirrus, Bitbucket, Netlify, Vercel …
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "TF_BUILD",  # Azure Pipelines
    "JENKINS_URL",
    "TEAMCITY_VERSION",
    "CODEBUILD_BUILD_ID",  # AWS
    "BUILDKITE",
    "APPVEYOR",
)
"""What runners set in the environment of their jobs."""


def runner_of(environment: Mapping[str, str]) -> str:
    """Return the setting that tells that this is a runner, like "CI=true"; empty if nothing does."""
    for name in VARIABLES:
        if (value := environment.get(name, "")) and value.casefold() not in ("false", "0", "no"):
            return f"{name}={value}"
    return ""
