/** Work that is put off for as short as possible. */

/**
 * Runs something at the end of the tick: after all promises that are settled by now, before any further input.
 *
 * Node runs what `nextTick` was given before promises go on, when both come from the same callback; a detour through a promise has them go first. What an
 * asynchronous handler writes then leaves in one write with its acknowledgement.
 */
export const atEndOfTick: (run: () => void) => void =
  typeof process === 'object' && typeof process.nextTick === 'function'
    ? (run) => queueMicrotask(() => process.nextTick(run))
    : (run) => queueMicrotask(() => queueMicrotask(run))
