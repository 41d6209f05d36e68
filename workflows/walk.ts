/** A cohort on its way: the step it stands before and, where it waits there, the instant (ISO) at which it goes on by itself. */
export type Leg<Cohort = string> = { readonly cohort: Cohort; readonly step: string; readonly due?: string }

/**
 * All that a walk knows of the world. Production binds it to Temporal and Postgres, a simulation to a virtual clock and a history, a test
 * to memory.
 */
export type World<Cohort = string> = {
  /**
   * Does the step for the whole cohort and answers the cohorts that result: none when everybody has ended or left, one that goes on, or
   * one a branch. Called at arrival, or, where the step waits (delay, hold), once its time is up. Saying it again answers the same.
   */
  readonly advance: (cohort: Cohort, step: string) => Promise<readonly Leg<Cohort>[]>
  /** Comes back at the instant, at once when it has passed. */
  readonly until: (due: string) => Promise<void>
}

/** Takes a cohort from step to step until nobody is left. Branches, and cohorts with different due times, are walked side by side. */
export const walk = async <Cohort>(world: World<Cohort>, leg: Leg<Cohort>): Promise<void> => {
  if (leg.due !== undefined) await world.until(leg.due)
  const legs = await world.advance(leg.cohort, leg.step)
  await Promise.all(legs.map((next) => walk(world, next)))
}
