import type { RawBuilder } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Cohort } from './cohort.ts'
import type { StepOf, StepType } from './definition.ts'

/** How a run stands at a step: walking on by itself (`active`) or parked for an event (`held`), and until when. */
export type Stand = { readonly status: 'active' | 'held'; readonly due: Date | null }

/** One cohort at its step, inside the transaction that moves it. `at` is the instant of the move. */
export type Turn = { readonly tx: Db; readonly cohort: Cohort; readonly at: Date }

/** A way out of a step. Those whom `who` names take it (a condition on `journey_run r`); without it, everybody who is still there. */
export type Way = {
  readonly branch: string
  readonly next: string | null
  readonly who?: RawBuilder<unknown>
  /** Leaves the journey on the way, and why. */
  readonly exit?: string
}

/**
 * What a kind of step is: how one stands there, the ways out, and what is done for those who left. Everything is said for the whole cohort
 * at once. Adding a kind is its shape in `definition.ts`, a file in `steps/` and a line in its table.
 */
export type StepKind<Type extends StepType> = {
  /** How those stand who arrive at `at`. A step without it is done on arrival. */
  stand?(step: StepOf<Type>, at: Date): Stand
  /** The ways out, asked in order: the first that fits a run takes it, the last takes whoever is left. */
  ways(step: StepOf<Type>, turn: Turn): Promise<readonly Way[]> | readonly Way[]
  /** What is done for those who moved. They are the runs of cohort `moved`, and nobody else can move them before the commit. */
  act?(step: StepOf<Type>, turn: Turn, moved: string): Promise<void>
}
