// Latin letters that are no other letter with a mark.
const LETTERS: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l' },
  ...{ đ: 'd', ð: 'd', þ: 'th', ħ: 'h', ı: 'i' },
}

/** snake_case key of a name, as Segment derives it: `Big Spenders!` → `big_spenders` (spec/audiences §10.3); of Latin letters the plain ones. */
export const keyFrom = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[ßæœøłđðþħı]/g, (letter) => LETTERS[letter] ?? '')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
