import { Invalid } from '../../base/errors.ts'

/** Where a page ended: an instant and an id, newest first. */
export type Place = { readonly at: Date; readonly id: string }

export const cursorOf = ({ at, id }: Place): string => Buffer.from(`${at.toISOString()} ${id}`).toString('base64url')

/** The place that a cursor stands for; undefined without one. @throws Invalid for what is no cursor of ours. */
export const placeOf = (cursor: string | undefined): Place | undefined => {
  if (cursor === undefined || cursor === '') return undefined
  const [instant = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ')
  const at = new Date(instant)
  if (id === '' || Number.isNaN(at.getTime()))
    throw new Invalid('invalid_cursor', [
      {
        field: 'cursor',
        message: 'is not a cursor of this list',
        remedy: 'Use "next" of the page before, or none for the first page.',
      },
    ])
  return { at, id }
}

/** A page of `count` out of one row more, and the pagination that says so. */
export const pageOf = <Row>(
  rows: readonly Row[],
  count: number,
  current: string | undefined,
  place: (row: Row) => Place,
): { readonly page: readonly Row[]; readonly pagination: { readonly current: string; readonly next?: string } } => {
  const page = rows.slice(0, count)
  const last = page.at(-1)
  const more = rows.length > count && last !== undefined
  return { page, pagination: { current: current ?? '', ...(more ? { next: cursorOf(place(last)) } : {}) } }
}
