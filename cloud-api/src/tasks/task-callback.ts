import type { CallbackSubject } from '../callbacks/callback-job.ts';
import { changeTask } from './queries.ts';
import { getTask } from './read-tasks.ts';

/** The end of a task as its callback tells it. A task that is fetched again meanwhile has nothing to tell. */
export const taskCallback: CallbackSubject = {
  describe: async (db, tenantId, id, state) => {
    const task = await getTask(db, tenantId, id);
    if (task.status !== state) return undefined;
    return { status: task.status, task_id: id, response: task.response, task };
  },
  settle: async (tx, tenantId, id, succeeded) => {
    await changeTask(tx, tenantId, id, { callback_succeeded: succeeded ? 1 : 0 });
  },
};
