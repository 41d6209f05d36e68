import type { Bench } from './bench.ts'

/** The table of benchmarks; one file each. */
export const BENCHES: readonly Bench[] = []
