"""What was published: list, compare, roll back, prune, verify."""

import json
import sys

import click

from flows.commands.common import settings_for_command


@click.command(name="releases")
@click.option("--json", "is_json", is_flag=True, help="As JSON, for machines.")
def list_all(is_json: bool) -> None:
    """List the releases that are kept, the newest last; `current` is marked."""
    settings = settings_for_command()
    from flows.release.store import list_releases

    releases = list_releases(settings)
    if not releases:
        click.echo("No release yet; `newsledger run` publishes the first.", err=True)
    for release in releases:
        if is_json:
            click.echo(json.dumps(release.as_row(), default=str))
        else:
            mark = "*" if release.is_current else " "
            counts = ", ".join(f"{count:,} {name}" for name, count in release.counts.items())
            click.echo(f"{mark} {release.release_id}  {counts}")


@click.command()
@click.argument("release_id", required=False)
def rollback(release_id: str | None) -> None:
    """Point `current` at RELEASE_ID, by default at the release before."""
    settings = settings_for_command()
    from flows.release.store import rollback as roll_back

    click.echo(f"current is {roll_back(settings, release_id)}")


@click.command()
@click.option("--keep", type=click.IntRange(min=1), help="How many of the newest stay; default: setting keep_releases.")
def prune(keep: int | None) -> None:
    """Delete old releases; never the current one, nor one that may still be read."""
    settings = settings_for_command()
    from flows.release.store import prune as prune_releases

    for release_id in prune_releases(settings, keep=keep or settings.keep_releases):
        click.echo(f"deleted {release_id}")


@click.command()
@click.argument("release_id", required=False)
def verify(release_id: str | None) -> None:
    """Check a release's files (default: the current one) against its manifest; exit code 5 where they differ."""
    settings = settings_for_command()
    from flows.release.store import verify as verify_release

    click.echo(f"{verify_release(settings, release_id)} is whole")


@click.command()
@click.argument("old_id", metavar="[RELEASE]", required=False)
@click.argument("new_id", metavar="[RELEASE]", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    help="Default: tables on a terminal, else CSV of all rows.",
)
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Rows that a table shows.")
def diff(old_id: str | None, new_id: str | None, form: str | None, limit: int) -> None:
    """Show what changed from one release to the next: rows added, gone, changed, why and by which documents.

    One RELEASE: from it to the current one. None: from the current one's parent.
    """
    settings = settings_for_command()
    from flows.query import write
    from flows.release.revisions import diff as diff_releases
    from flows.release.revisions import tell

    revisions = diff_releases(settings, old_id, new_id)
    chosen = form or ("table" if sys.stdout.isatty() else "csv")
    if chosen == "table":
        tell(revisions, limit=limit)
    else:
        write(revisions, chosen, None)


COMMANDS = (list_all, diff, rollback, prune, verify)
