import '@xyflow/react/dist/style.css'
import {
  Background,
  BaseEdge,
  Controls,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react'
import { useMemo } from 'react'
import type { Drawn, Way } from './graph.ts'
import { NODE_WIDTH, type Placed, type Point, pathOf, place, wayKey, wordsOf } from './layout.ts'
import { StepNode } from './node.tsx'

type StepFlow = Node<{ readonly drawn: Drawn; readonly chosen: boolean; readonly choose: (id: string) => void }, 'step'>
type WayFlow = Edge<{ readonly way: Way; readonly points: readonly Point[]; readonly label: Point }, 'way'>

const StepOnCanvas = ({ data }: NodeProps<StepFlow>) => (
  <>
    <Handle type="target" position={Position.Top} isConnectable={false} />
    <StepNode of={data.drawn} chosen={data.chosen} choose={data.choose} />
    <Handle type="source" position={Position.Bottom} isConnectable={false} />
  </>
)

const WayOnCanvas = ({ id, data }: EdgeProps<WayFlow>) => {
  if (!data) return null
  const words = wordsOf(data.way)
  // Thickness by share: 1.5 px when nobody came this way, 6 px when everybody did.
  const width = 1.5 + 4.5 * (data.way.share ?? 0)
  return (
    <>
      <BaseEdge id={id} path={pathOf(data.points)} style={{ strokeWidth: width }} />
      {words && (
        <EdgeLabelRenderer>
          <span
            className="edge-label"
            style={{ transform: `translate(-50%, -50%) translate(${data.label.x}px, ${data.label.y}px)` }}
          >
            {words}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  )
}

const NODES = { step: StepOnCanvas }
const EDGES = { way: WayOnCanvas }

type CanvasProps = { readonly steps: readonly Drawn[]; readonly chosen: string; readonly choose: (id: string) => void }

const edgesOf = (steps: readonly Drawn[], places: Placed): WayFlow[] =>
  steps.flatMap((step) =>
    step.ways.flatMap((way, index) => {
      const route = places.ways.get(wayKey(step.id, index))
      return route
        ? [{ id: wayKey(step.id, index), source: step.id, target: way.to, type: 'way' as const, data: { way, ...route } }]
        : []
    }),
  )

// As high as the drawing at a readable size: the page scrolls, the canvas does not.
const heightFor = ({ width, height }: Placed): number => {
  const scale = Math.min(1, Math.max(0.5, (Math.min(window.innerWidth, 1240) - 120) / Math.max(NODE_WIDTH, width)))
  return Math.min(2_400, Math.max(380, height * scale + 90))
}

/** The journey drawn from top to bottom. Nothing can be dragged: it shows what runs. */
export default function Canvas({ steps, chosen, choose }: CanvasProps) {
  const shape = steps
    .map(
      (step) =>
        `${step.id}>${step.ways.map((way) => way.to).join(',')}:${step.sentence}${step.details.join('')}${step.failing ?? ''}`,
    )
    .join(';')
  // biome-ignore lint/correctness/useExhaustiveDependencies: figures change each second and must not lay the canvas out anew
  const places = useMemo(() => place(steps), [shape])
  const nodes: StepFlow[] = steps.map((step) => ({
    id: step.id,
    type: 'step',
    position: places.nodes.get(step.id) ?? { x: 0, y: 0 },
    data: { drawn: step, chosen: step.id === chosen, choose },
  }))
  return (
    <div className="canvas" style={{ height: heightFor(places) }}>
      <ReactFlow
        nodes={nodes}
        edges={edgesOf(steps, places)}
        nodeTypes={NODES}
        edgeTypes={EDGES}
        fitView
        fitViewOptions={{ padding: 0.04, maxZoom: 1, minZoom: 0.35 }}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable={false}
        preventScrolling={false}
        zoomOnScroll={false}
        panOnScroll={false}
        nodesFocusable={false}
        edgesFocusable={false}
      >
        <Background gap={22} size={1.2} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  )
}
