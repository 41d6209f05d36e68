import { setFlagsFromString } from 'node:v8'

// V8 carries a second engine, without backtracking, behind this flag; the letter `l` asks for it. It refuses what needs backtracking.
setFlagsFromString('--enable-experimental-regexp-engine')

/**
 * A pattern that takes time in proportion to the text, whatever the text: anyone may send one to us. @throws SyntaxError for a pattern that
 * is none, or that only a backtracking engine could run (look-around, back references).
 */
export const linearPattern = (pattern: string): RegExp => new RegExp(pattern, 'l')
