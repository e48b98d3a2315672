/** Which figures of messages are kept: of each object, of what went between which two objects too, or none. */

export const RATES_MODES = ['basic', 'detailed', 'none'] as const
export type RatesMode = (typeof RATES_MODES)[number]
