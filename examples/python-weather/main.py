"""Summarises a month of readings: the result below is the value of the last line."""

from statistics import fmean

from weather import chart, read_days

days = read_days("data/june.csv")
print(f"{len(days)} days, {fmean(day.mean for day in days):.1f} °C on average")
print(chart(days))

warmest = max(days, key=lambda day: day.high)
wettest = max(days, key=lambda day: day.rain)
{
    "warmest": {"date": warmest.date.isoformat(), "high": warmest.high},
    "wettest": {"date": wettest.date.isoformat(), "rain": wettest.rain},
    "dry_days": sum(day.rain == 0 for day in days),
}
