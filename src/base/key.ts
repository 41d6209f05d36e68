/** snake_case key of a name, as Segment derives it: `Big Spenders!` → `big_spenders` (spec/audiences §10.3). */
export const keyFrom = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
