import dagre from '@dagrejs/dagre'
import { number } from '../parts/words.ts'
import type { Drawn, Way } from './graph.ts'

export type Point = { readonly x: number; readonly y: number }
export type Placed = {
  readonly width: number
  readonly height: number
  readonly nodes: ReadonlyMap<string, Point>
  readonly ways: ReadonlyMap<string, { readonly points: readonly Point[]; readonly label: Point }>
}

export const NODE_WIDTH = 260
// The node's width less its borders, padding, icon and gap.
const TEXT_WIDTH = 207
const LINE = 19
// A detail goes over the whole width, in smaller letters.
const DETAIL_WIDTH = 231
const DETAIL_LINE = 17
const GAP = 7

let pen: CanvasRenderingContext2D | null | undefined

// How many lines the browser breaks a sentence into: a node that is higher than its place would cover the ways out of it.
const linesOf = (sentence: string, font: string, width: number): number => {
  pen ??= document.createElement('canvas').getContext('2d')
  if (!pen) return Math.ceil(sentence.length / 27)
  pen.font = `${font} ${getComputedStyle(document.body).fontFamily}`
  let lines = 1
  let line = ''
  for (const word of sentence.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (pen.measureText(longer).width <= width) line = longer
    else {
      lines++
      line = word
    }
  }
  return lines
}

const heightOf = (drawn: Drawn): number => {
  const lines = linesOf(drawn.sentence, '520 14px', TEXT_WIDTH)
  const lower = drawn.failing === undefined ? drawn.details : [`XX Fails: ${drawn.failing}`, ...drawn.details]
  const details = lower.map((detail) => linesOf(detail, '12.5px', DETAIL_WIDTH) * DETAIL_LINE + GAP)
  return (drawn.isEnd && drawn.passed + drawn.here === 0 ? 24 : 50) + lines * LINE + details.reduce((sum, each) => sum + each, 0)
}

/** The words on a way: `Opened · 50 %`, or how many where there is no share. */
export const wordsOf = ({ label, share, count }: Way): string => {
  const figure = share === undefined ? (label && count ? number(count) : '') : `${Math.round(share * 100)} %`
  return [label, figure].filter((part) => part !== '').join(' · ')
}

/** Which way of a step: its place among the ways, since two may lead to the same step. */
export const wayKey = (step: string, index: number): string => `${step}.${index}`

/** Places steps from top to bottom, and leads the ways around them with room for their words. */
export const place = (steps: readonly Drawn[]): Placed => {
  const graph = new dagre.graphlib.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: 34, edgesep: 18 })
  for (const step of steps) graph.setNode(step.id, { width: NODE_WIDTH, height: heightOf(step) })
  for (const step of steps)
    for (const [index, way] of step.ways.entries()) {
      const words = wordsOf(way)
      const label = words ? { width: words.length * 6.6 + 16, height: 22, labelpos: 'c' } : { width: 0, height: 0 }
      graph.setEdge(step.id, way.to, { ...label, minlen: 1 }, wayKey(step.id, index))
    }
  dagre.layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  const nodes = steps.map((step): [string, Point] => {
    const { x, y } = graph.node(step.id) as Point
    return [step.id, { x: x - NODE_WIDTH / 2, y: y - heightOf(step) / 2 }]
  })
  const ways = graph
    .edges()
    .map((edge: { v: string; w: string; name?: string }): [string, { points: readonly Point[]; label: Point }] => {
      const { points, x, y } = graph.edge(edge) as { points: Point[]; x?: number; y?: number }
      const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 }
      return [String(edge.name), { points, label: { x: x ?? middle.x, y: y ?? middle.y } }]
    })
  return { width, height, nodes: new Map(nodes), ways: new Map(ways) }
}

/** A soft line through points, as an SVG path. */
export const pathOf = (points: readonly Point[]): string => {
  const [first, ...rest] = points
  const last = rest.at(-1)
  if (!first || !last) return ''
  const curves = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last
    const end = index === rest.length - 2 ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 }
    return `Q ${point.x} ${point.y} ${end.x} ${end.y}`
  })
  return `M ${first.x} ${first.y} ${curves.length > 0 ? curves.join(' ') : `L ${last.x} ${last.y}`}`
}
