import { loadavg } from 'node:os'
import type { Connection } from '../../src/db/connect.ts'
import type { Population } from './support/population.ts'

/** One measured figure: ours, what it is compared with in the same run, and whether the goal is reached. */
export type Figure = {
  readonly name: string
  readonly ours: number
  readonly other: number | undefined
  readonly unit: string
  /** ours / other, written so that the goal speaks of it; absent where nothing is compared. */
  readonly ratio: number | undefined
  /** What is to be reached; empty where the figure only explains another. */
  readonly goal: string
  readonly met: boolean
  readonly note?: string
  /** One of very many that another sums up: shown where each is asked for, as JSON, and counted there. */
  readonly detail?: true
}

export type Scale = { readonly profiles: number; readonly events: number }

/** What a benchmark gets: a fresh database with the schema, on a Postgres with the settings of `npm start`. */
export type Bench = {
  readonly name: string
  readonly what: string
  readonly run: (place: Place) => Promise<readonly Figure[]>
}

export type Opened = { readonly url: string; readonly connection: Connection }

export type Place = {
  readonly scale: Scale
  readonly url: string
  readonly connection: Connection
  /** A fresh database beside this one. */
  readonly another: () => Promise<Opened>
  /** A database with a space of this size in it, filled once a run: whoever uses it leaves no audiences behind. */
  readonly seeded: (scale: Scale) => Promise<Opened & Population>
  /** Starts a Temporal dev server that ends with the benchmark. */
  readonly temporal: () => Promise<string>
  readonly say: (line: string) => void
}

/** A figure that explains another: nothing is asked of it. */
export const aside = (name: string, ours: number, unit: string, more: Partial<Figure> = {}): Figure => ({
  name,
  ours,
  other: undefined,
  unit,
  ratio: undefined,
  goal: '',
  met: true,
  ...more,
})

/** The most memory that a process of ours held during a benchmark. */
export const memoryFigure = (bench: string, process: 'API' | 'worker', megabytes: number): Figure => ({
  ...aside(`${bench}: memory of the ${process}`, megabytes, 'MB'),
  goal: '≤ 600 MB',
  met: megabytes <= 600,
})

/** How busy the machine is: others on it make every figure worse. */
export const load = (): string => `load ${loadavg()[0]?.toFixed(1)}`

/** Milliseconds that `work` took. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** The medians of several rounds, each side once a round, one after the other: so that a slow moment of the machine hits all. */
export const roundMedians = async <Side extends string>(
  times: number,
  sides: Readonly<Record<Side, () => Promise<number>>>,
): Promise<Readonly<Record<Side, number>>> => {
  const names = Object.keys(sides) as Side[]
  const taken = new Map<Side, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round < times; round++) for (const name of names) taken.get(name)?.push(await sides[name]())
  return Object.fromEntries(names.map((name) => [name, median(taken.get(name) ?? [])])) as Record<Side, number>
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)
export const quantile = (values: readonly number[], q: number): number => {
  const sorted = values.toSorted((x, y) => x - y)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}
