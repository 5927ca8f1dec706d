import { moment } from '@nucleus/shared/ui/words/quantities.ts';
import type { Task } from '@nucleus/shared/wire/tasks';
import type { ReactElement } from 'react';
import { attachmentsLine, billingOf, nameOfType, taskStates } from './task-words.ts';

/** One task in the list; its id opens it. */
export function TaskRow(props: { task: Task; isOpen: boolean; onOpen: () => void }): ReactElement {
  const { task, isOpen, onOpen } = props;
  const { word, tone } = taskStates[task.status];
  const line = attachmentsLine(task.attachments);
  return (
    <tr className={isOpen ? 'sel' : ''}>
      <td>
        <button type="button" className="task-open mono" aria-expanded={isOpen} onClick={onOpen}>
          {shortId(task.task_id)}
        </button>
      </td>
      <td>{nameOfType(task.type)}</td>
      <td>
        <StatePill word={word} tone={tone} />
      </td>
      <td className={line.endsWith('failed') ? 'c-d' : ''}>{line}</td>
      <td className="t2">{billingOf(task)}</td>
      <td className="t2 nowrap">{moment(task.updated_at)}</td>
    </tr>
  );
}

export function StatePill({ word, tone }: { word: string; tone: string }): ReactElement {
  return (
    <span className={`pill ${tone}`}>
      <span className="dot" />
      {word}
    </span>
  );
}

export function shortId(taskId: string): string {
  return `${taskId.slice(0, 11)}…${taskId.slice(-4)}`;
}
