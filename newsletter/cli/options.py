"""Options and arguments that several commands have."""

import click

issue_argument = click.argument("issue", required=False, metavar="[ISSUE]")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")
CONSENTS = ["pending", "confirmed", "unsubscribed"]
