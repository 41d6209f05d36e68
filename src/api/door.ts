import type { Config } from '../config.ts'
import type { Db } from '../db/database.ts'
import type { Topic } from '../db/notify.ts'
import type { Counter } from '../ingest/counter.ts'
import type { Tail } from '../ingest/tail.ts'
import type { Tally } from '../ingest/tally.ts'

/** What every route gets: the doors are where the clock and chance come in, below them they are arguments. */
export type Door = {
  readonly db: Db
  readonly config: Config
  readonly now: () => Date
  readonly random: (bytes: number) => Uint8Array
  readonly notify: (topic: Topic) => void
}

/** What the server adds for its routes: the newest calls, what was seen of which event, and how many came to what, in this process. */
export type Inside = Door & { readonly tail: Tail; readonly tally: Tally; readonly counter: Counter }
