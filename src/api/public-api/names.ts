// `request` writes `pagination[count]`, the documentation `pagination.count`.
const KNOWN: Readonly<Record<string, string>> = {
  'pagination.count': 'count',
  'pagination.cursor': 'cursor',
  'search.type': 'searchType',
  'search.query': 'search',
}

/** What we call a field of a query that is named as Segment's clients or its documentation name it. */
export const ourName = (name: string): string => KNOWN[name.replaceAll(/\[(\w+)\]/g, '.$1')] ?? name

/** A field of ours as the address of a request named it. */
export const nameAsked = (url: string, field: string): string =>
  [...new URLSearchParams(url.split('?')[1]).keys()].find((name) => ourName(name) === field) ?? field
