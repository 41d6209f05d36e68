const ISO = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)(?: ?(Z|z|UTC|[+-]\d\d(?::?\d\d)?))?)?$/
// As nearly every SDK writes it; asking for this first halves the cost.
const USUAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const known = (at: number): number | undefined => (Number.isNaN(at) ? undefined : at)

const zoneOf = (written: string): string =>
  /^[+-]/.test(written) ? written.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours, minutes = '00') => `${hours}:${minutes}`) : 'Z'

/**
 * Epoch milliseconds of an ISO 8601 date or instant, also as databases and warehouses write it into files (`2026-03-10 12:00:00 UTC`); UTC where no
 * zone is written; undefined for anything else.
 */
export const instantOf = (value: unknown): number | undefined => {
  if (typeof value !== 'string') return undefined
  if (USUAL.test(value)) return known(Date.parse(value))
  const [, date, clock, zone = 'Z'] = ISO.exec(value.trim()) ?? []
  if (date === undefined) return undefined
  return known(Date.parse(clock === undefined ? date : `${date}T${clock.replace(',', '.')}${zoneOf(zone)}`))
}

/** Whether something is given as a time that is none. */
export const isNoTime = (said: unknown): boolean => said !== undefined && said !== null && instantOf(said) === undefined

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
