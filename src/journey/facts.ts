import type { Condition, Filter } from '../audience/condition.ts'
import type { Problem } from '../base/errors.ts'
import type { JourneyLimits } from './limits.ts'

export type TemplateFact = {
  readonly name: string
  readonly channel: string
  /** Why its newest version cannot be rendered, where it cannot. */
  readonly broken?: string
}

/** What a space has that a journey may name: everything `validate` needs to know, so that it asks nobody. */
export type Facts = {
  readonly limits: JourneyLimits
  /** By key. */
  readonly templates: ReadonlyMap<string, TemplateFact>
  /** Key → name. */
  readonly audiences: ReadonlyMap<string, string>
  /** Keys of computed traits: nobody may write them. */
  readonly computed: ReadonlySet<string>
  /** Names of subscription groups. */
  readonly groups: ReadonlySet<string>
  /** Channels that some provider account carries. */
  readonly channels: ReadonlySet<string>
  /** What is wrong with a condition, and with the conditions on one event; fields are relative to it. */
  readonly conditionProblems: (condition: Condition) => readonly Problem[]
  readonly filterProblems: (filter: Filter) => readonly Problem[]
}
