/** Work that is put off for as short as possible. */

/** Runs something at the end of the tick: after all promises that are settled by now, before any further input. */
export const atEndOfTick: (run: () => void) => void =
  typeof process === 'object' && typeof process.nextTick === 'function'
    ? (run) => process.nextTick(run)
    : (run) => queueMicrotask(run)
