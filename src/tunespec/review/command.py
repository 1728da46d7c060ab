"""``tunespec review``: judge answers in the terminal; ``tunespec review sample``: draw which ones."""

from __future__ import annotations

from pathlib import Path

import click

_FILE = click.Path(path_type=Path, dir_okay=False)
_LOG = click.option(
    "--log", type=_FILE, metavar="FILE", help="The review log (default: the configured one, or reviews.jsonl)."
)
_COUNT = click.option("--count", type=click.IntRange(min=1), metavar="N", help="How many (default: as E002 asks for).")
_SEED = click.option("--seed", type=int, metavar="N", help="Another number draws others (default 0).")
_EDGE_CASES = click.option("--edge-cases", is_flag=True, help="Edge cases only: those that E003 misses, if any.")


class _Review(click.Group):
    """A group whose own name walks: what is no command of it is an option or a path."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["walk", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Review, subcommand_metavar="[PATHS]... | sample [PATHS]...")
def review() -> None:
    """Let people judge a model's outputs, or the records that it learns from.

    `tunespec review [PATHS]` asks in the terminal, one key for each answer (`tunespec review walk --help`);
    `tunespec review sample [PATHS]` writes which answers to judge. Both take the recorded outputs under PATHS, or the
    dataset if there are none (default: the configured paths, or this folder).

    A judgement is a line of the review log, put behind it at once: quit at any time, and go on later. Keep the log in
    git; `tunespec check` judges it (E002). docs/review.md says how a team works with it.
    """


@review.command()
@click.argument("paths", nargs=-1)
@_LOG
@click.option("--reviewer", envvar="TUNESPEC_REVIEWER", metavar="NAME", help="Who judges (default: git's user.name).")
@click.option("--sheet", type=_FILE, metavar="FILE", help="Judge what this sheet asks for, in its order.")
@click.option("--new", is_flag=True, help="Leave out what others have judged; else two people judge the same.")
@_COUNT
@_SEED
@_EDGE_CASES
def walk(paths: tuple[str, ...], **options: object) -> None:
    """Judge in the terminal (the default command).

    Each answer is shown with what it replies to. One key accepts it, one rejects it for one reason; `?` shows all.
    Everybody is asked for the same sample, so that E002 sees whether reviewers agree, and nobody twice for the same.

    Exit code: 0, also if you quit; 2 without a terminal, or if there is nothing to review.
    """
    from tunespec.review.desk import Asked
    from tunespec.review.session import run_walk

    run_walk(Asked(paths, **options))  # type: ignore[arg-type]


@review.command()
@click.argument("paths", nargs=-1)
@_LOG
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Write the sheet there (default: print it).")
@click.option("--texts", is_flag=True, help="Put the texts in, for who judges without tunespec.")
@_COUNT
@_SEED
@_EDGE_CASES
def sample(paths: tuple[str, ...], **options: object) -> None:
    """Draw what to judge: a sheet with one JSON object a line.

    Of each sort some: edge cases, the longest and the shortest answers, the most repetitive ones, each topic, and the
    rest at random. The same files and seed give the same sheet, and a few new records change little of it. What
    anybody has judged is not drawn again.

    Exit code: 0 drawn, 2 if nothing is left to draw.
    """
    from tunespec.review.desk import Asked
    from tunespec.review.session import run_sample

    run_sample(Asked(paths, **options))  # type: ignore[arg-type]
