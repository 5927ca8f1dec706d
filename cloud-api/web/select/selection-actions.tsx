import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { selectedCount, selectedIndices } from '@nucleus/shared/ui/grid/selection.ts';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { insightEndpoints } from '@nucleus/shared/wire/insights';
import { Blend, Bookmark, Columns2, Download, Tag } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { callCloud } from '../cloud/call-cloud.ts';
import { comparePath, datasetPath } from '../route.ts';
import { changeTags } from '../tags/use-tags.ts';
import { type Chooser, chosenItems, queryOf, refusalOf } from './chosen.ts';
import { ExportDialog } from './export-dialog.tsx';
import { SliceDialog } from './slice-dialog.tsx';
import { TagDialog } from './tag-dialog.tsx';

interface SelectionActionsProps extends Chooser {
  datasetId: string;
  /** Told when the shown tiles may have changed. */
  onChanged: () => void;
}

/** As many examples as the API takes. */
const mostExamples = 100;
/** As many as fit into a query by name. */
const mostSimilar = 48;

type Open = 'tag' | 'slice' | 'export';

/** What can be done with selected items; each has a key. */
export function SelectionActions(props: SelectionActionsProps): ReactElement {
  const { datasetId, selection, total, onChanged } = props;
  const [open, setOpen] = useState<Open>();
  const chosen = selectedCount(selection, total);
  const start = (what: Open): void => {
    const refusal = refusalOf(props);
    if (refusal === undefined) setOpen(what);
    else sayFailure(refusal);
  };
  const compare = async (): Promise<void> => {
    const [a, b] = await props.pages.gather(selectedIndices(selection, total, 2), AbortSignal.timeout(60_000));
    if (a !== undefined && b !== undefined) navigate(comparePath(datasetId, a.ref, b.ref));
  };
  const similar = async (): Promise<void> => {
    if (chosen > mostExamples) return sayFailure(`Up to ${mostExamples} items can be examples. Select fewer.`);
    const signal = AbortSignal.timeout(60_000);
    try {
      const examples = await props.pages.gather(selectedIndices(selection, total, mostExamples), signal);
      const body = { like: examples.map(({ ref }) => ref), limit: mostSimilar };
      const { items: found } = await callCloud(insightEndpoints.findSimilar, { params: { datasetId }, body, signal });
      if (found.length === 0) sayFailure('No other item here has a hash or a vector to compare with.');
      else navigate(datasetPath(datasetId, { query: queryOf({ reference_ids: found.map(({ tile }) => tile.ref) }) }));
    } catch (error) {
      sayFailure(failureSentence(error));
    }
  };
  const canCompare = chosen === 2;
  useKeys({
    t: () => start('tag'),
    l: () => start('slice'),
    e: () => start('export'),
    s: () => void similar(),
    c: () => (canCompare ? void compare() : sayFailure('Select two items to compare them.')),
  });
  const close = (): void => setOpen(undefined);
  const items = (signal: AbortSignal) => chosenItems(props, signal);
  const tag = async (change: { add: string[]; remove: string[] }): Promise<void> => {
    try {
      await changeTags(datasetId, { items: await items(AbortSignal.timeout(60_000)), ...change }, onChanged);
    } catch (error) {
      sayFailure(failureSentence(error));
    }
  };
  return (
    <>
      <ActionButton icon={Tag} name="Tag" letter="T" onClick={() => start('tag')} />
      <ActionButton icon={Bookmark} name="Slice" letter="L" onClick={() => start('slice')} />
      <ActionButton icon={Blend} name="Similar" letter="S" onClick={() => void similar()} />
      {canCompare && <ActionButton icon={Columns2} name="Compare" letter="C" onClick={() => void compare()} />}
      <ActionButton icon={Download} name="Export" letter="E" onClick={() => start('export')} />
      <span className="sep" />
      {open === 'tag' && (
        <TagDialog
          datasetId={datasetId}
          chosen={chosen}
          isAll={selection.isInverted}
          onTag={(change) => void tag(change)}
          onClose={close}
        />
      )}
      {open === 'slice' && (
        <SliceDialog
          datasetId={datasetId}
          chosen={chosen}
          isQuery={selection.isInverted}
          items={items}
          onClose={close}
        />
      )}
      {open === 'export' && <ExportDialog datasetId={datasetId} chosen={chosen} items={items} onClose={close} />}
    </>
  );
}

interface ActionButtonProps {
  icon: typeof Tag;
  name: string;
  letter: string;
  onClick: () => void;
}

function ActionButton({ icon: Icon, name, letter, onClick }: ActionButtonProps): ReactElement {
  return (
    <button type="button" className="btn ghost dense" onClick={onClick}>
      <Icon className="icon s" aria-hidden="true" />
      {name} <kbd className="hide-s">{letter}</kbd>
    </button>
  );
}
