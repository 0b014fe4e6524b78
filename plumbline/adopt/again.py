"""What stands from the last adoption of the same target, as a person may have edited it since."""

from dataclasses import dataclass

from plumbline.adopt import contract_file, query, settings, yaml_file
from plumbline.adopt.source import Source, selected, slug
from plumbline.ingest.extract import Parameters
from plumbline.ingest.splitting import Split
from plumbline.kernel.errors import PlumblineError


@dataclass(frozen=True)
class Before:
    """What a newer table is read by.

    Attributes:
        extraction: How rows are read and parted.
        identifier: The contract's.
        set_aside: Columns that are left out on purpose.
        edited: Whether the query is another than was written.
    """

    extraction: Parameters
    identifier: str
    set_aside: frozenset[str]
    edited: bool

    def asked(self, found: Parameters, held_out: str, rule: Split) -> Parameters:
        """Give the section `extract`: the evaluation set stays what it is, and so does a query that was edited."""
        if self.edited:
            return query.edited(self.extraction, held_out, rule)
        kept = {"salt": self.extraction.salt, "evaluation_percent": self.extraction.evaluation_percent}
        return found.model_copy(update=kept)


def before(target: str) -> Before | None:
    """Give what stands of a target; None if another was adopted here, or none."""
    if settings.adopted() != target:
        return None
    known = settings.extraction()
    identifier = str(yaml_file.read(contract_file.PATH)["identifier"])
    return Before(known, identifier, settings.set_aside(), settings.query_edited(known))


def through(source: Source, known: Before) -> tuple[Source, str]:
    """Give a newer table as the edited query gives it, and a sentence on what that leaves out.

    Raises:
        PlumblineError: The query does not fit the table.
    """
    asked = query.edited(known.extraction, "", known.extraction.split)
    try:
        chosen = selected(source, asked.query, asked.parameters)
    except PlumblineError as error:
        said = f"the query of {settings.DATA}, which was edited, does not fit the table: {error}\nMend it there."
        raise PlumblineError(said) from None
    seen = {slug(name) for name in chosen.columns} | known.set_aside
    left = [own for name, own in source.columns.items() if name not in seen]
    more = f"; of the table it leaves out {', '.join(left)}" if left else ""
    return chosen, f"the query of {settings.DATA}, which was edited, stays{more}"
