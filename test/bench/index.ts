import { audience } from './audience.ts'
import type { Bench } from './bench.ts'
import { delivery } from './delivery.ts'
import { hundred } from './hundred.ts'
import { importBench } from './import.ts'
import { ingest } from './ingest.ts'
import { journey } from './journey.ts'
import { latency } from './latency.ts'
import { memory } from './memory.ts'
import { merge } from './merge.ts'
import { previewBench } from './preview.ts'
import { profileBench } from './profile.ts'
import { simulate } from './simulate.ts'
import { tickBench } from './tick.ts'

/** The table of benchmarks; one file each. */
export const BENCHES: readonly Bench[] = [
  ingest,
  importBench,
  audience,
  tickBench,
  hundred,
  memory,
  previewBench,
  latency,
  profileBench,
  merge,
  delivery,
  journey,
  simulate,
]
