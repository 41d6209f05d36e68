import type { Step, StepType } from '../definition.ts'
import type { StepKind } from '../step.ts'
import { delay } from './delay.ts'
import { exit } from './exit.ts'
import { hold } from './hold.ts'
import { randomSplit } from './random-split.ts'
import { send } from './send.ts'
import { setTrait } from './set-trait.ts'
import { split } from './split.ts'

/** The table of steps, complete by type. */
const STEPS: { readonly [Type in StepType]: StepKind<Type> } = {
  delay,
  hold,
  split,
  random_split: randomSplit,
  send,
  set_trait: setTrait,
  exit,
}

/** What kind of step this is. The table pairs each type with its own kind, which the type system cannot follow through a union. */
export const kindOf = (step: Step): StepKind<StepType> => STEPS[step.type] as StepKind<StepType>
