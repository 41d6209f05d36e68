// The table of workflows: what the worker's bundle exports. One line a workflow; the file has its name.
export { alert } from './alert.ts'
export { delivery } from './delivery.ts'
export { evaluate, evaluateFully } from './evaluate.ts'
export { forget } from './forget.ts'
export { cohort } from './journey.ts'
