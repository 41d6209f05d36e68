import { expect, it } from 'vitest'
import { countSegments } from '../../src/template/segments.ts'

// T20, the vectors of spec/messaging §7.2.
it.each([
  ['160 a', 'a'.repeat(160), 1],
  ['161 a', 'a'.repeat(161), 2],
  ['306 a', 'a'.repeat(306), 2],
  ['307 a', 'a'.repeat(307), 3],
  ['159 a and €', `${'a'.repeat(159)}€`, 2],
  ['70 ж', 'ж'.repeat(70), 1],
  ['71 ж', 'ж'.repeat(71), 2],
  ['134 ж', 'ж'.repeat(134), 2],
  ['135 ж', 'ж'.repeat(135), 3],
  ['35 😀', '😀'.repeat(35), 1],
  ['36 😀', '😀'.repeat(36), 2],
  ['an extension pair across parts', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 3],
  ['a surrogate pair across parts', `${'ж'.repeat(66)}😀${'ж'.repeat(66)}`, 3],
])('T20 %s is %#', (_, text, segments) => expect(countSegments(text).segments).toBe(segments))

it.each(['’', '`', 'ç', '😀', 'ж'])('T20 one %s makes all of it UCS-2', (sign) =>
  expect(countSegments(`plain${sign}`).encoding).toBe('UCS-2'),
)
it('T20 what GSM-7 knows stays GSM-7', () => expect(countSegments('@£$¥èéùìòÇ Øø Åå {}[]~|€^\\ ¿äöñüà').encoding).toBe('GSM-7'))
