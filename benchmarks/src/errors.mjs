/** A mistake of whoever started the benchmarks, or something that the machine lacks: a sentence for them, without a stack. */
export class UsageError extends Error {}
