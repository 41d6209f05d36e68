/** Why an event of the right name does not count for a condition, in words, by the reason that `explain` gives. */
export const MISSED: Readonly<Record<string, string>> = {
  source: 'its source is left out',
  filter: 'it is not such a one',
  window: 'outside the time that counts',
  unsettled: 'not settled yet',
  session: 'of an earlier session',
}
