/**
 * What the mock provider can write in Python, by the names of mock-programs.ts. Each is complete and correct, needs only
 * the standard library, and ends in the expression that is its result.
 */

/** A number from the task within what the program does in a moment, or the program's own. */
function within(asked: number | null, fallback: number, max: number): number {
  return asked === null || asked < 1 ? fallback : Math.min(asked, max);
}

export const MOCK_PYTHON_PROGRAMS: Readonly<Record<string, (asked: number | null) => string>> = {
  fibonacci: (asked) => `
def fibonacci(count):
    numbers = []
    current, following = 0, 1
    for _ in range(count):
        numbers.append(current)
        current, following = following, current + following
    return numbers


numbers = fibonacci(${within(asked, 20, 500)})
for index, number in enumerate(numbers):
    print(f"F({index}) = {number}")

[str(number) for number in numbers]
`,
  primes: (asked) => `
def first_primes(count):
    primes = []
    candidate = 2
    while len(primes) < count:
        if all(candidate % prime for prime in primes if prime * prime <= candidate):
            primes.append(candidate)
        candidate += 1
    return primes


primes = first_primes(${within(asked, 25, 500)})
for start in range(0, len(primes), 10):
    print("".join(f"{prime:5}" for prime in primes[start : start + 10]))

primes
`,
  "word count": () => `
import re
import sys
from collections import Counter

SAMPLE = "the quick brown fox jumps over the lazy dog and the dog sleeps"

text = sys.stdin.read()
if not text.strip():
    text = SAMPLE
counts = Counter(re.findall(r"[\\w']+", text.lower()))
ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:10]

print(f"{len(counts)} different words")
for word, count in ranked:
    print(f"{count:5}  {word}")

dict(ranked)
`,
  fizzbuzz: (asked) => `
def fizz_buzz(number):
    text = ("Fizz" if number % 3 == 0 else "") + ("Buzz" if number % 5 == 0 else "")
    return text or str(number)


lines = [fizz_buzz(number) for number in range(1, ${within(asked, 30, 1_000)} + 1)]
print("\\n".join(lines))

lines
`,
  csv: () => `
import csv
import io
import sys
from statistics import mean

SAMPLE = """city,month,sales
Lisbon,May,120
Oslo,May,80
Lisbon,June,150
Oslo,June,95
"""

text = sys.stdin.read()
rows = list(csv.DictReader(io.StringIO(text if text.strip() else SAMPLE)))


def summarise(name):
    values = [row[name] or "" for row in rows]
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        return {"name": name, "distinct": len(set(values))}
    return {"name": name, "min": min(numbers), "max": max(numbers), "mean": mean(numbers)}


summary = [summarise(name) for name in (rows[0] if rows else {})]
print(f"{len(rows)} rows")
for column in summary:
    print(column)

summary
`,
  sort: () => `
def merge_sort(values):
    """Stable, n log n comparisons, leaves its input as it is."""
    if len(values) < 2:
        return list(values)
    middle = len(values) // 2
    left, right = merge_sort(values[:middle]), merge_sort(values[middle:])
    merged = []
    while left and right:
        merged.append(left.pop(0) if left[0] <= right[0] else right.pop(0))
    return merged + left + right


values = [42, 7, 19, 3, 88, 7, -5, 64, 0, 31]
result = merge_sort(values)
print("before:", *values)
print("after: ", *result)

result
`,
  countdown: (asked) => `
import time

for left in range(${within(asked, 5, 20)}, 0, -1):
    print(f"{left} …")
    time.sleep(0.5)
print("Lift-off")

"done"
`,
  "multiplication table": (asked) => `
numbers = range(1, ${within(asked, 10, 20)} + 1)
table = [[row * column for column in numbers] for row in numbers]
for row in table:
    print("".join(f"{product:5}" for product in row))

table
`,
  "hello world": () => `
import sys

name = sys.argv[1] if len(sys.argv) > 1 else "world"
print(f"Hello, {name}!")

{"greeted": name}
`,
};
