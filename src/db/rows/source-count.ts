/** `failed`: nobody can read it. `filtered`: a rule, or the call itself, says that it is not for the space. `duplicate`: it came before. */
export type CountedOutcome = 'eligible' | 'failed' | 'filtered' | 'duplicate'
export type SourceCountRow = {
  space_id: string
  source_id: string
  /** The ten minutes that begin here. */
  slot: Date
  /** One of the six, or empty where the call says none. */
  type: string
  outcome: CountedOutcome
  count: number
}

export type SourceCountTables = { source_count: SourceCountRow }
