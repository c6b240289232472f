"""Days of weather, from CSV."""

import csv
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Day:
    date: date
    low: float
    high: float
    rain: float

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2


def read_days(path: str) -> list[Day]:
    with open(path, newline="") as file:
        return [
            Day(date.fromisoformat(row["date"]), float(row["low"]), float(row["high"]), float(row["rain"]))
            for row in csv.DictReader(file)
        ]


def chart(days: list[Day]) -> str:
    """One line for each day: a bar from its low to its high, one column for each degree."""
    lines = []
    for day in days:
        start, end = round(day.low), round(day.high)
        bar = " " * start + "█" * max(1, end - start)
        drops = "·" * round(day.rain / 2)
        lines.append(f"{day.date:%d %b} {bar:<34}{drops}")
    return "\n".join(lines)
