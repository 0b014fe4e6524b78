"""Plots of a classification's evaluation: ROC, precision and recall, reliability, confusion."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import metrics

from model.src.plots import COLOR, figure, save
from plumbline.kernel import classification
from plumbline.kernel.contract import Contract

_CURVES = 12  # classes whose curves one plot can show
_SHOWN = 30  # classes whose counts a confusion matrix can show


def write(rows: pd.DataFrame, rules: Contract, folder: Path) -> None:
    """Write `roc.png`, `precision_recall.png`, `reliability.png` and `confusion.png` to `folder`, which exists.

    Args:
        rows: As `plumbline.kernel.classification.judged` gives them.
        rules: Their contract.
        folder: Of the plots.
    """
    labels = rules.target.categories
    curves = classification.one_against_others(rows, rules)

    drawn, axes = figure(6, 6)
    for label, happened, probability in curves[:_CURVES]:
        false, true, _ = metrics.roc_curve(happened, probability)
        axes.plot(false, true, linewidth=1.2, label=f"{label} ({metrics.roc_auc_score(happened, probability):.3f})")
    axes.plot([0, 1], [0, 1], color="black", linewidth=0.8)
    axes.set(xlabel="share of the other rows", ylabel="share of the class's rows", title="ROC (area)")
    axes.legend(loc="lower right")
    save(drawn, folder / "roc.png")

    drawn, axes = figure(6, 6)
    for label, happened, probability in curves[:_CURVES]:
        precision, recall, _ = metrics.precision_recall_curve(happened, probability)
        area = metrics.average_precision_score(happened, probability)
        axes.plot(recall, precision, linewidth=1.2, label=f"{label} ({area:.3f})")
    axes.set(xlabel="recall", ylabel="precision", title="precision and recall (average precision)")
    axes.legend(loc="lower left")
    save(drawn, folder / "precision_recall.png")

    bins = classification.reliability(rows, rules)
    of = rules.positive if rules.task == "binary" else "the most probable class"
    drawn, axes = figure(6, 6)
    axes.plot([0, 1], [0, 1], color="black", linewidth=0.8)
    axes.plot(bins["probability"], bins["share"], marker="o", color=COLOR)
    axes.set(xlabel=f"mean probability of {of}", ylabel="share of rows that are", title="reliability")
    save(drawn, folder / "reliability.png")

    counts, shown = classification.confusion(rows, rules), len(labels) <= _SHOWN
    drawn, axes = figure(2 + 0.5 * min(len(labels), _SHOWN), 2 + 0.5 * min(len(labels), _SHOWN))
    axes.imshow(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    axes.set(xlabel="decided", ylabel="actual", title="confusion (rows)")
    if shown:
        axes.set_xticks(range(len(labels)), labels, rotation=90)
        axes.set_yticks(range(len(labels)), labels)
        for (i, j), count in np.ndenumerate(counts):
            axes.text(j, i, str(count), ha="center", va="center", color="black", fontsize=8)
    save(drawn, folder / "confusion.png")
