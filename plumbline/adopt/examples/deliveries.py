"""Deliveries of a courier: 100,000 made-up rows with every kind of column, whose best attainable error is known."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from plumbline.ingest.draws import Draws, Whole, bell_variance

ROWS, SEED = 100_000, 18

_VEHICLES, _VEHICLE_WEIGHTS = ("bike", "scooter", "van", "truck"), (45, 25, 20, 10)
_SECONDS_PER_KM = np.array([240, 150, 180, 228])  # by vehicle
_WEATHER, _WEATHER_WEIGHTS = ("dry", "rain", "snow", "storm"), (70, 20, 7, 3)
_WEATHER_SECONDS = np.array([[0, 300, 900, 1200], [0, 240, 720, 900], [0, 60, 300, 360], [0, 60, 240, 300]])
_HOUR_WEIGHTS = (1, 1, 1, 1, 1, 2, 6, 12, 18, 14, 12, 16, 22, 16, 12, 14, 18, 24, 26, 20, 12, 6, 3, 2)
_RUSH_SECONDS = np.array([0] * 7 + [240, 480, 240, 0, 60, 180, 60, 0, 120, 300, 600, 420, 120] + [0] * 4)
_SHOPS = 600
_SHOP_WEIGHTS = tuple(10_000 // (place + 5) for place in range(_SHOPS))  # a few sell much, many little
_FIRST_DAY = np.datetime64("2024-01-01")
_DAYS = 730
_BASE_SECONDS, _PARCEL_SECONDS, _EXPRESS_SECONDS, _UNKNOWN_METRES = 1800, 45, -480, 3000
_NOISE_SECONDS, _NOISE_PARTS = 150, 6


def frame(rows: int, seed: int) -> pd.DataFrame:
    """Make deliveries, each the same however many others there are.

    The minutes are a sum over what the row says, with interactions, and a noise that nothing in the row tells.

    Returns:
        Every cell as text, "" for a missing one.
    """
    draws = Draws(seed, rows)
    day, hour = draws.whole("day", 0, _DAYS - 1), draws.chosen("hour", _HOUR_WEIGHTS)
    ordered = _FIRST_DAY + day.astype("timedelta64[D]")
    minute, lead = draws.whole("minute", 0, 59), draws.early("lead", 0, 13)
    metres, parcels = draws.early("metres", 20, 1800) * 10, draws.early("parcels", 1, 12)
    vehicle, weather = draws.chosen("vehicle", _VEHICLE_WEIGHTS), draws.chosen("weather", _WEATHER_WEIGHTS)
    express, shop = draws.one_in("express", 5), draws.chosen("shop", _SHOP_WEIGHTS)
    no_distance, no_weather = draws.one_in("no distance", 25), draws.one_in("no weather", 20)
    # What a row does not say has no part in its minutes either, or else the best attainable error were none to compute.
    metres, weather = np.where(no_distance, _UNKNOWN_METRES, metres), np.where(no_weather, 0, weather)
    weekend = day % 7 >= 5  # the first day is a Monday
    seconds = (
        _BASE_SECONDS
        + metres * _SECONDS_PER_KM[vehicle] // 1000
        + parcels * _PARCEL_SECONDS
        + _WEATHER_SECONDS[vehicle, weather]
        + np.where(weekend, 0, _RUSH_SECONDS[hour])
        + np.where(express, _EXPRESS_SECONDS, 0)
        + lead * 20
        + (shop * 37 % 41 - 20) * 15
        + draws.bell("noise", _NOISE_SECONDS, _NOISE_PARTS)
    )
    return pd.DataFrame(
        {
            "Delivery ID": _each("D{:06}", np.arange(1, rows + 1)),
            "Ordered At": _each("{}T{:02}:{:02}:00Z", ordered, hour, minute),
            "Promised On": _each("{}", ordered + lead.astype("timedelta64[D]")),
            "Shop": _each("shop {:03}", shop),
            "Distance (km)": np.where(no_distance, "", _hundredths(metres // 10)),
            "Parcels": parcels.astype(str),
            "Express": np.where(express, "true", "false"),
            "Vehicle": np.array(_VEHICLES)[vehicle],
            "Weather": np.where(no_weather, "", np.array(_WEATHER)[weather]),
            "Minutes (min)": _hundredths(seconds * 5 // 3),
        },
        dtype=object,
    )


def best_rmse() -> float:
    """Give the root mean squared error, in minutes, of whoever knows all but the noise: no model attains less."""
    return math.sqrt(bell_variance(_NOISE_SECONDS, _NOISE_PARTS)) / 60


def write(path: Path) -> None:
    """Write the example's table."""
    frame(ROWS, SEED).to_csv(path, index=False, lineterminator="\n")


def _each(form: str, *columns: Whole | NDArray[np.datetime64]) -> list[str]:
    return [form.format(*cells) for cells in zip(*columns, strict=True)]


def _hundredths(values: Whole) -> list[str]:
    return [f"{value // 100}.{value % 100:02}" for value in values]
