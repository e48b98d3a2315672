/** Long work done in slices, so that the event loop is never held for long. */

/** How long work goes on before other work gets its turn, in milliseconds. */
const SLICE_MS = 5
/** Steps between two looks at the time. */
const STEPS_PER_LOOK = 32

/** Runs `work` to its end: at once when it is short, otherwise in slices. Each `yield` ends a step, which must be short. */
export async function runInSlices(work: Iterator<void>): Promise<void> {
  while (!runSlice(work)) await new Promise((resolve) => setImmediate(resolve))
}

/** Goes on with the work for a while. Returns whether it is done. */
function runSlice(work: Iterator<void>): boolean {
  const end = performance.now() + SLICE_MS
  do {
    for (let i = 0; i < STEPS_PER_LOOK; i++) if (work.next().done === true) return true
  } while (performance.now() < end)
  return false
}
