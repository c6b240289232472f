"""Three workers take pages from one queue. A page that fails is put back once."""

import asyncio
import random
import sys
import time

PAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 8


class Unavailable(Exception):
    pass


async def load(page: int, attempt: int) -> int:
    await asyncio.sleep(random.uniform(0.1, 0.4))
    if page % 5 == 3 and attempt == 1:
        raise Unavailable(f"page {page} is not ready")
    return page * page


async def worker(name: str, queue: asyncio.Queue, results: dict[int, int]) -> None:
    while True:
        page, attempt = await queue.get()
        try:
            results[page] = await load(page, attempt)
            print(f"{name}  page {page:>2}  {results[page]:>4}")
        except Unavailable as error:
            print(f"{name}  {error}, again later", file=sys.stderr)
            queue.put_nowait((page, attempt + 1))
        finally:
            queue.task_done()


async def main() -> dict[int, int]:
    queue: asyncio.Queue = asyncio.Queue()
    results: dict[int, int] = {}
    for page in range(1, PAGES + 1):
        queue.put_nowait((page, 1))
    workers = [asyncio.create_task(worker(name, queue, results)) for name in ("ann", "ben", "cat")]
    await queue.join()
    for task in workers:
        task.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    return results


start = time.perf_counter()
results = asyncio.run(main())
print(f"{len(results)} pages in {time.perf_counter() - start:.1f} s")
sum(results.values())
