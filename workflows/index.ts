// The table of workflows: what the worker's bundle exports. One line a workflow; the file has its name.
export {}
