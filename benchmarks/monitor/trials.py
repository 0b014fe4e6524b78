"""What is done to a window, and which of the alerts that it raises count."""

from collections import Counter
from collections.abc import Callable

import numpy as np

from benchmarks.monitor.samples import Samples

# Gives the alerts that a window of so many rows raises.
Trial = Callable[[Samples, int, np.random.Generator], set[str]]
FEATURE, TARGET, ERROR, COVERAGE = "drift of a feature", "drift of the target", "error", "coverage"
_NAMES = {"drift-of-target": TARGET, "error": ERROR, "coverage": COVERAGE}


def count(samples: Samples, trial: Trial, size: int, runs: int) -> Counter[str]:
    """Count the alerts in `runs` windows of `size` rows; windows are the same in every run of the benchmark."""
    raised: Counter[str] = Counter()
    for number in range(runs):
        raised.update(trial(samples, size, np.random.default_rng([size, number])))
    return raised


def undrifted(samples: Samples, size: int, generator: np.random.Generator) -> set[str]:
    """Take sales at random: any drift alert is false."""
    window, bundle = samples.split(size, generator)
    names = samples.alerts(window, window, bundle)
    return {_NAMES.get(name, FEATURE) for name in names} & {FEATURE, TARGET}


def as_evaluated(samples: Samples, size: int, generator: np.random.Generator) -> set[str]:
    """Take sales of the evaluation at random: any alert of the error or the coverage is false."""
    window = samples.resample(size, generator)
    names = samples.alerts(None, window, samples.bundle)
    return {_NAMES[name] for name in names} & {ERROR, COVERAGE}


def number(deviations: float) -> Trial:
    """Raise a numeric column, taken at random, by so many standard deviations."""

    def trial(samples: Samples, size: int, generator: np.random.Generator) -> set[str]:
        window, bundle = samples.split(size, generator)
        name = generator.choice(samples.numbers())
        window[name] += deviations * samples.sales[name].std()
        return {FEATURE} if f"drift:{name}" in samples.alerts(window, None, bundle) else set()

    return trial


def category(share: float) -> Trial:
    """Give a share of the rows one label in a categorical column; both are taken at random."""

    def trial(samples: Samples, size: int, generator: np.random.Generator) -> set[str]:
        window, bundle = samples.split(size, generator)
        name = generator.choice(samples.categories())
        label = generator.choice(samples.sales[name].unique())
        window.loc[generator.random(size) < share, name] = label
        return {FEATURE} if f"drift:{name}" in samples.alerts(window, None, bundle) else set()

    return trial


def prices(rise: float) -> Trial:
    """Raise all prices of sales of the evaluation, so that the model's predictions fall behind."""

    def trial(samples: Samples, size: int, generator: np.random.Generator) -> set[str]:
        window = samples.resample(size, generator)
        window[samples.target] *= 1 + rise
        names = samples.alerts(None, window, samples.bundle)
        return {_NAMES[name] for name in names}

    return trial
