import type { Bench } from './bench.ts'
import { ingest } from './ingest.ts'

/** The table of benchmarks; one file each. */
export const BENCHES: readonly Bench[] = [ingest]
