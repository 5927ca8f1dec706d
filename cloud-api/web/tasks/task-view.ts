/** What of the address narrows the list, and which task is open. */
export interface TaskView {
  status?: string | undefined;
  project?: string | undefined;
  batch?: string | undefined;
  task?: string | undefined;
}
