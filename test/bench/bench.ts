import type { Connection } from '../../src/db/connect.ts'

/** One measured figure: ours, what it is compared with in the same run, and whether the goal is reached. */
export type Figure = {
  readonly name: string
  readonly ours: number
  readonly other: number | undefined
  readonly unit: string
  readonly goal: string
  readonly met: boolean
  /** ours / other, written so that the goal speaks of it; absent where nothing is compared. */
  readonly ratio: number | undefined
  readonly note?: string
}

export type Scale = { readonly profiles: number; readonly events: number }

/** What a benchmark gets: a fresh database with the schema, on a Postgres with the settings of `npm start`. */
export type Bench = {
  readonly name: string
  readonly what: string
  readonly run: (place: Place) => Promise<readonly Figure[]>
}

export type Place = {
  readonly scale: Scale
  readonly url: string
  readonly connection: Connection
  /** A fresh database beside this one. */
  readonly another: () => Promise<{ readonly url: string; readonly connection: Connection }>
  /** Starts a Temporal dev server that ends with the benchmark. */
  readonly temporal: () => Promise<string>
  readonly say: (line: string) => void
}

/** Milliseconds that `work` took. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** The median of several runs of both sides, one after the other, so that a slow moment of the machine hits both. */
export const pairedMedian = async (
  times: number,
  ours: () => Promise<number>,
  other: () => Promise<number>,
): Promise<readonly [number, number]> => {
  const a: number[] = []
  const b: number[] = []
  for (let round = 0; round < times; round++) {
    a.push(await ours())
    b.push(await other())
  }
  return [median(a), median(b)]
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)
export const quantile = (values: readonly number[], q: number): number => {
  const sorted = values.toSorted((x, y) => x - y)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}
