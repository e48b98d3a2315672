/** Sorts long lists without holding up other work: a merge sort that can be interrupted. */

/** Items that are sorted at once, before they are merged. */
const RUN_LENGTH = 32
/** Items merged in one step. */
const MERGED_PER_STEP = 64

/**
 * Sorts `items` stably; the generator's result is a new array. Each `yield` ends a short step (`scheduler/slices.ts`).
 */
export function* sortInSlices<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Generator<void, Item[]> {
  let from: Item[] = []
  for (let start = 0; start < items.length; start += RUN_LENGTH) {
    for (const item of items.slice(start, start + RUN_LENGTH).sort(compare)) from.push(item)
    yield
  }
  let to: Item[] = new Array(items.length)
  for (let width = RUN_LENGTH; width < items.length; width *= 2) {
    for (let start = 0; start < items.length; start += 2 * width) {
      yield* merge(
        from,
        to,
        start,
        Math.min(start + width, items.length),
        Math.min(start + 2 * width, items.length),
        compare,
      )
    }
    ;[from, to] = [to, from]
  }
  return from
}

/** Merges two sorted pieces of `from` that follow each other. */
function* merge<Item>(
  from: readonly Item[],
  to: Item[],
  start: number,
  middle: number,
  end: number,
  compare: (a: Item, b: Item) => number,
): Generator<void> {
  let left = start
  let right = middle
  for (let at = start; at < end; at++) {
    const takesLeft = left < middle && (right >= end || compare(from[left], from[right]) <= 0)
    to[at] = takesLeft ? from[left++] : from[right++]
    if ((at - start) % MERGED_PER_STEP === 0) yield
  }
}
