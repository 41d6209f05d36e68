/** A span of time, of which everything before `reached` is done, and how much there is in it. In epoch milliseconds, `to` exclusive. */
export type Span = { readonly from: number; readonly to: number; readonly reached: number; readonly expected: number }

/** How things of a span are read: at most so many, the oldest first; the instant of one; and how many go together. */
export type Reading<Item> = {
  readonly read: (from: number, to: number, most: number) => Promise<readonly Item[]>
  readonly at: (item: Item) => Date
  readonly together: number
}
export type Slice<Item> = { readonly items: readonly Item[]; readonly reached: number }

// A slice of time that holds about as many as go together, where they come evenly.
const SHORTEST_MS = 1_000
const LONGEST_MS = 86_400_000
const ALL_OF_AN_INSTANT = 1_000_000

// What is of one millisecond goes together, so that an instant is either done or not.
const wholeInstants = <Item>({ at }: Reading<Item>, items: readonly Item[]): readonly Item[] => {
  const last = items.at(-1)
  return last === undefined ? items : items.filter((item) => at(item).getTime() !== at(last).getTime())
}

/** The next things of a span before `until`, and the instant that is done with them. */
export const nextSlice = async <Item>(reading: Reading<Item>, span: Span, until: number): Promise<Slice<Item>> => {
  const { read, at, together } = reading
  const start = Math.max(span.from, span.reached)
  if (start >= until) return { items: [], reached: span.reached }
  const even = ((span.to - span.from) * together) / Math.max(1, span.expected)
  const end = Math.min(until, start + Math.min(LONGEST_MS, Math.max(SHORTEST_MS, Math.round(even))))
  const found = await read(start, end, together + 1)
  if (found.length <= together) return { items: found, reached: end }
  const items = wholeInstants(reading, found)
  const last = items.at(-1)
  if (last !== undefined) return { items, reached: at(last).getTime() + 1 }
  // More in one millisecond than go together: then all of that millisecond, and it is the oldest that was found.
  const instant = Math.max(start, ...found.slice(0, 1).map((item) => at(item).getTime()))
  return { items: await read(instant, instant + 1, ALL_OF_AN_INSTANT), reached: instant + 1 }
}
