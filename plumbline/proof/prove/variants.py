"""The circumstances of each rebuild: whatever differs from machine to machine and from day to day."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """One rebuild's circumstances.

    Attributes:
        path: Of the clone, below the proof's folder.
        directory: The working directory, below the proof's folder.
        hash_seed: `PYTHONHASHSEED`.
        threads: What the shell says OpenMP and BLAS shall use.
        core: The CPU that the shell says OpenBLAS shall optimize for.
        zone: `TZ`.
        locale: `LC_ALL`.
        umask: Of every process.
        clock: The time at which the rebuild believes that it starts.
        mtime: Of every file of the clone, in seconds since 1970.
        order: Seed of the order in which the warehouse holds its rows; 0 for the order of the source.
        part_rows: How many rows the data stages have in memory at once.
        cpu: The CPU that qemu-x86_64 emulates for the stages; empty for this machine's own.
    """

    path: str
    directory: str
    hash_seed: str
    threads: int
    core: str
    zone: str
    locale: str
    umask: int
    clock: str
    mtime: int
    order: int
    part_rows: int
    cpu: str = ""


# A stage that finds other values than the pinned ones starts itself again, which would be on this machine's own CPU.
# Without MOVBE, NumPy takes none of its code for AVX2 and AVX-512.
EMULATED = Variant(
    "emulated", "here", "0", 1, "Haswell", "UTC", "C.UTF-8", 0o022, "2026-01-01T00:00:00Z", 1, 8, 97, "max,-movbe"
)
VARIANTS = (
    Variant("a", "here", "0", 1, "Haswell", "UTC", "C.UTF-8", 0o022, "2026-01-01T00:00:00Z", 1_767_225_600, 0, 50_000),
    Variant("b/c/d", "there", "1", 2, "Prescott", "Asia/Kolkata", "C", 0o077, "2001-09-09T01:46:40Z", 0, 1, 1000),
    Variant(
        "with space",
        "x/y",
        "2",
        4,
        "Sandybridge",
        "America/St_Johns",
        "POSIX",
        0o027,
        "2028-02-29T23:59:50Z",
        86_400,
        2,
        100,
    ),
    Variant(
        "ünï",
        "z",
        "3",
        3,
        "Nehalem",
        "Pacific/Kiritimati",
        "de_DE.UTF-8",
        0o002,
        "2037-12-31T23:59:50Z",
        2_000_000_000,
        3,
        7,
    ),
    Variant(
        "e" * 60,
        "here",
        "4",
        8,
        "Core2",
        "Europe/Berlin",
        "tr_TR.UTF-8",
        0o022,
        "2026-03-29T00:59:50Z",
        946_684_800,
        4,
        1,
    ),
    Variant(
        "f/main", "f", "123", 16, "Haswell", "Australia/Lord_Howe", "C.UTF-8", 0o007, "2026-10-25T00:59:50Z", 1, 5, 512
    ),
    Variant(
        "g.h",
        "here/again",
        "4294967295",
        2,
        "Zen",
        "America/Sao_Paulo",
        "en_US.UTF-8",
        0o037,
        "2024-12-31T23:59:58Z",
        1_000_000_000,
        6,
        333,
    ),
    Variant(
        "-i",
        "j",
        "random",
        1,
        "SkylakeX",
        "Asia/Kathmandu",
        "ja_JP.UTF-8",
        0o022,
        "2030-06-15T12:00:00Z",
        1_234_567_890,
        7,
        2048,
    ),
)
