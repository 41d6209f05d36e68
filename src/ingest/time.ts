const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|z|[+-]\d\d(?::?\d\d)?)?)?$/
// As nearly every SDK writes it; asking for this first halves the cost.
const USUAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const ZONED = /(?:Z|z|[+-]\d\d(?::?\d\d)?)$/

const known = (at: number): number | undefined => (Number.isNaN(at) ? undefined : at)

/** Epoch milliseconds of an ISO 8601 instant, UTC where no zone is written; undefined for anything else. */
export const instantOf = (value: unknown): number | undefined => {
  if (typeof value !== 'string') return undefined
  if (USUAL.test(value)) return known(Date.parse(value))
  if (!ISO.test(value)) return undefined
  const zoned = value.length > 10 && !ZONED.test(value.slice(10)) ? `${value}Z` : value
  return known(
    Date.parse(
      zoned
        .replace(' ', 'T')
        .replace(',', '.')
        .replace(/([+-]\d\d)$/, '$1:00'),
    ),
  )
}

/**
 * When it happened, freed of the sender's wrong clock: `receivedAt - (sentAt - originalTimestamp)` (spec/audiences §3.1). Without a
 * usable time it happened when it was received.
 */
export const correctedTime = (original: unknown, sentAt: unknown, receivedAt: Date): number => {
  const said = instantOf(original)
  if (said === undefined) return receivedAt.getTime()
  const sent = instantOf(sentAt)
  return sent === undefined ? said : receivedAt.getTime() - (sent - said)
}
