import type { Client } from './client.ts'
import { rudderNode, rudderNodeGzip } from './rudder-node.ts'
import { segmentGo } from './segment-go.ts'
import { segmentNode } from './segment-node.ts'
import { segmentPython, segmentPythonGzip } from './segment-python.ts'

/** The clients of other people that are driven against Usher; one file each. The browser's has a test of its own. */
export const CLIENTS: readonly Client[] = [segmentNode, rudderNode, rudderNodeGzip, segmentPython, segmentPythonGzip, segmentGo]
