import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CsvProblem, csvRecords } from '../../src/base/csv.ts'

const field = fc.oneof(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', '\ufeff') }), fc.string())

it('CSV-04 reads back what a writer of CSV wrote, whatever is in it, with the lines that records begin in', () => {
  const records = fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 8 })
  fc.assert(
    fc.property(records, fc.constantFrom('\n', '\r\n'), (rows, ending) => {
      const text = stringify(rows, { quoted: true, quoted_empty: true, record_delimiter: ending })
      const read = [...csvRecords(text)]
      expect(read.map(({ fields }) => fields)).toEqual(rows)
      let line = 1
      for (const [at, record] of read.entries()) {
        expect(record.line).toBe(line)
        line += 1 + (rows[at]?.join('').split('\n').length ?? 1) - 1
      }
    }),
  )
})

it.each([
  ['a,"b', 1, 'never closed'],
  ['a\nb"c', 2, 'inside a field'],
  ['a\n"b"c', 2, 'after a closing'],
  ['"x\ny"\n"b"c', 3, 'after a closing'],
])('CSV-05 says what is wrong in which line: %j', (text, line, words) => {
  const read = (): unknown => [...csvRecords(text)]
  expect(read).toThrow(words)
  expect(read).toThrow(expect.objectContaining({ line }))
  expect(read).toThrow(CsvProblem)
})
